using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// SEAL's noise (seal-format 12): a centred binomial of 21 coin pairs per coefficient, so in -21..21 with standard deviation
/// sqrt(10.5) = 3.24. Six bytes per coefficient; the upper three bits of bytes 2 and 5 are dropped, and the value is the number
/// of ones in bytes 0..2 less that in bytes 3..5.
/// </summary>
/// <remarks>Constant time: no branch and no table index depends on the bytes.</remarks>
public static class NoiseSampler
{
    /// <summary>The largest magnitude of a noise coefficient.</summary>
    public const int Bound = 21;

    /// <summary>Bytes of the stream that make one coefficient.</summary>
    public const int BytesPerCoefficient = 6;

    private const ulong FirstHalf = 0x1F_FFFF;
    private const ulong SecondHalf = FirstHalf << 24;
    private const int ChunkCoefficientCount = 256;

    /// <summary>Fills <paramref name="destination"/> with noise coefficients.</summary>
    public static void Sample(IRandomSource source, Span<sbyte> destination)
    {
        ArgumentNullException.ThrowIfNull(source);

        // Two bytes of slack, so that the last coefficient can be read as a whole word.
        Span<byte> chunk = stackalloc byte[(ChunkCoefficientCount * BytesPerCoefficient) + 2];
        while (!destination.IsEmpty)
        {
            Span<sbyte> part = destination[..Math.Min(destination.Length, ChunkCoefficientCount)];
            source.Fill(chunk[..(part.Length * BytesPerCoefficient)]);
            for (int i = 0; i < part.Length; i++)
            {
                ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(chunk[(i * BytesPerCoefficient)..]);
                part[i] = (sbyte)(BitOperations.PopCount(bits & FirstHalf) - BitOperations.PopCount(bits & SecondHalf));
            }

            destination = destination[part.Length..];
        }

        CryptographicOperations.ZeroMemory(chunk);
    }
}
