using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Commitments;

/// <summary>
/// What opens a <see cref="VectorCommitment"/>: the integer weights and the blinding r. Both are the miner's secret; disposing wipes them. Safe for concurrent use
/// until disposed.
/// </summary>
public sealed class CommitmentOpening : IDisposable
{
    /// <summary>Length of the blinding in bytes.</summary>
    public const int BlindingByteCount = Scalar.ByteCount;

    private readonly long[] weights;
    private readonly Scalar[] blinding = new Scalar[1];
    private bool disposed;

    private CommitmentOpening(ReadOnlySpan<long> weights, in Scalar blinding)
    {
        if (weights.Length is < 1 or > GeneratorSet.MaxCount)
        {
            throw new ArgumentException($"a vector has 1 to {GeneratorSet.MaxCount} entries, not {weights.Length}", nameof(weights));
        }

        this.weights = weights.ToArray();
        this.blinding[0] = blinding;
    }

    /// <summary>Number of weights, n K.</summary>
    public int Count => weights.Length;

    /// <summary>The weights, the classes' one after another.</summary>
    internal ReadOnlySpan<long> Weights
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return weights;
        }
    }

    /// <summary>r.</summary>
    internal Scalar Blinding
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return blinding[0];
        }
    }

    /// <summary>Takes a copy of the weights and draws a fresh blinding.</summary>
    /// <exception cref="ArgumentException">No weights, or more than <see cref="GeneratorSet.MaxCount"/>.</exception>
    public static CommitmentOpening Create(ReadOnlySpan<long> weights, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> wide = stackalloc byte[2 * Scalar.ByteCount];
        random.Fill(wide);
        CommitmentOpening opening = new(weights, Scalar.ReadWide(wide));
        CryptographicOperations.ZeroMemory(wide);
        return opening;
    }

    /// <summary>Takes a copy of the weights and a stored blinding, 32 bytes big-endian below the order.</summary>
    /// <exception cref="ArgumentException">No weights, or too many.</exception>
    public static bool TryCreate(
        ReadOnlySpan<long> weights, ReadOnlySpan<byte> blinding, [NotNullWhen(true)] out CommitmentOpening? opening)
    {
        opening = Scalar.TryRead(blinding, out Scalar r) ? new CommitmentOpening(weights, r) : null;
        return opening is not null;
    }

    /// <summary>Writes the blinding, to be stored with the weights.</summary>
    public void CopyBlinding(Span<byte> destination) => Blinding.Write(destination);

    /// <summary>
    /// The commitment. Constant time for vectors of one length and one rounded bit length: the largest weight's number of bits shows, rounded up to a multiple
    /// of eight.
    /// </summary>
    /// <exception cref="ArgumentException">The set has fewer generators than there are weights.</exception>
    public VectorCommitment Commit(GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(generators);
        ulong bits = 0;
        foreach (long weight in Weights)
        {
            bits |= (ulong)(weight ^ (weight >> 63));
        }

        int length = 64 - System.Numerics.BitOperations.LeadingZeroCount(bits);
        int bitCount = Math.Clamp((length + 7) & ~7, 8, 63);
        ProjectivePoint sum = SecretMultiScalar.Multiply(Weights, bitCount, generators.EntryMultiples)
            + SecretMultiScalar.Multiply(blinding, generators.BlindingMultiples);
        return new VectorCommitment(sum.ToAffine());
    }

    /// <summary>Wipes weights and blinding.</summary>
    public void Dispose()
    {
        weights.AsSpan().Clear();
        Scalar.Clear(blinding);
        disposed = true;
    }
}
