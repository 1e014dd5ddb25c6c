namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>The first eight multiples of each of a list of fixed points, affine: 512 bytes a point. Immutable.</summary>
internal sealed class MultiplesTable
{
    /// <summary>Multiples kept of each point: 1 to 8.</summary>
    public const int Width = 8;

    private readonly AffinePoint[] multiples;

    /// <summary>Computes the multiples; one inversion for each 512 points.</summary>
    public MultiplesTable(ReadOnlySpan<AffinePoint> points)
    {
        Count = points.Length;
        multiples = new AffinePoint[Width * points.Length];
        const int Chunk = 512;
        ProjectivePoint[] chunk = new ProjectivePoint[Width * Math.Min(Chunk, points.Length)];
        for (int start = 0; start < points.Length; start += Chunk)
        {
            ReadOnlySpan<AffinePoint> part = points.Slice(start, Math.Min(Chunk, points.Length - start));
            for (int i = 0; i < part.Length; i++)
            {
                chunk[Width * i] = new ProjectivePoint(part[i]);
                for (int k = 1; k < Width; k++)
                {
                    chunk[(Width * i) + k] = chunk[(Width * i) + k - 1] + part[i];
                }
            }

            ProjectivePoint.ToAffine(chunk.AsSpan(0, Width * part.Length), multiples.AsSpan(Width * start));
        }
    }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>P, 2P, ..., 8P of point number <paramref name="index"/>.</summary>
    public ReadOnlySpan<AffinePoint> MultiplesOf(int index) => multiples.AsSpan(Width * index, Width);
}
