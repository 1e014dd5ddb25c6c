using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Coefficients uniform on {-1, 0, 1}: secret keys and the masks of public-key encryption (parameters 4). One byte b of the
/// stream per trial; 255 is skipped, else the coefficient is (b mod 3) - 1.
/// </summary>
/// <remarks>
/// Constant time in the values: the only branch is on a byte being 255, which says nothing about the coefficients kept.
/// </remarks>
public static class TernarySampler
{
    private const int ChunkByteCount = 256;

    /// <summary>Fills <paramref name="destination"/> with coefficients.</summary>
    public static void Sample(IRandomSource source, Span<sbyte> destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        Span<byte> chunk = stackalloc byte[ChunkByteCount];
        while (!destination.IsEmpty)
        {
            // Never reads past what is needed: the stream may go on with something else.
            Span<byte> bytes = chunk[..Math.Min(destination.Length, ChunkByteCount)];
            source.Fill(bytes);
            int kept = RemoveSkipped(bytes);
            Map(bytes[..kept], destination);
            destination = destination[kept..];
        }

        CryptographicOperations.ZeroMemory(chunk);
    }

    /// <summary>(b mod 3) - 1 for each byte; 171/512 is 1/3 rounded up finely enough for a byte.</summary>
    internal static void MapScalar(ReadOnlySpan<byte> bytes, Span<sbyte> destination)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            int value = bytes[i];
            int quotient = (value * 171) >> 9;
            destination[i] = (sbyte)(value - (3 * quotient) - 1);
        }
    }

    private static int RemoveSkipped(Span<byte> bytes)
    {
        int first = bytes.IndexOf(byte.MaxValue);
        if (first < 0)
        {
            return bytes.Length;
        }

        int kept = first;
        for (int i = first + 1; i < bytes.Length; i++)
        {
            if (bytes[i] != byte.MaxValue)
            {
                bytes[kept++] = bytes[i];
            }
        }

        return kept;
    }

    private static void Map(ReadOnlySpan<byte> bytes, Span<sbyte> destination)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= bytes.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
            {
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(bytes.Slice(i, Vector128<byte>.Count)));
                Vector256<ushort> value = Vector256.Create(low, high);
                Vector256<ushort> quotient = (value * Vector256.Create((ushort)171)) >>> 9;
                Vector256<ushort> result = value - (quotient * Vector256.Create((ushort)3)) - Vector256<ushort>.One;
                Vector128.Narrow(result.GetLower(), result.GetUpper()).AsSByte().CopyTo(destination[i..]);
            }
        }

        MapScalar(bytes[i..], destination[i..]);
    }
}
