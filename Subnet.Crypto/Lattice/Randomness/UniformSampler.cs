using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Uniform residues exactly as SEAL expands them from a stream (seal-format 5.2): 8 bytes per word for all limbs first, then,
/// limb after limb, words in the incomplete last multiple of the prime are replaced by the next 8 bytes of the stream.
/// </summary>
/// <remarks>The result is public (the uniform half of a ciphertext or key), so time may depend on it.</remarks>
public static class UniformSampler
{
    // From here on the quotient estimated in doubles is off by at most one: it is below 2^50 and carries three roundings.
    private const ulong SmallestVectorModulus = 1UL << 14;

    /// <summary>Fills <paramref name="destination"/> with the limbs of one polynomial, limb after limb.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="moduli">The primes, 2 to 2^61 - 1 each.</param>
    /// <param name="degree">Coefficients per limb.</param>
    /// <param name="destination">moduli.Length * degree words.</param>
    /// <exception cref="ArgumentException">A modulus or the length is not as said.</exception>
    public static void Sample(IRandomSource source, ReadOnlySpan<ulong> moduli, int degree, Span<ulong> destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degree);
        if (destination.Length != (long)moduli.Length * degree)
        {
            throw new ArgumentException(
                $"{moduli.Length} limbs of {degree} coefficients need {(long)moduli.Length * degree} words, not {destination.Length}",
                nameof(destination));
        }

        foreach (ulong modulus in moduli)
        {
            if (modulus < 2 || modulus >> 61 != 0)
            {
                throw new ArgumentException($"the modulus {modulus} is not in 2 to 2^61 - 1", nameof(moduli));
            }
        }

        source.Fill(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }

        for (int limb = 0; limb < moduli.Length; limb++)
        {
            Reduce(source, moduli[limb], destination.Slice(limb * degree, degree));
        }
    }

    /// <summary>Rejects and reduces the words of one limb, in the widest registers there are.</summary>
    internal static void Reduce(IRandomSource source, ulong modulus, Span<ulong> words)
    {
        int done = 0;
        if (modulus >= SmallestVectorModulus)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                done = ReduceVector512(source, modulus, words);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                done = ReduceVector256(source, modulus, words);
            }
        }

        ReduceScalar(source, modulus, words[done..]);
    }

    /// <summary>The scalar twin.</summary>
    internal static void ReduceScalar(IRandomSource source, ulong modulus, Span<ulong> words)
    {
        ulong limit = RejectionLimit(modulus);
        for (int i = 0; i < words.Length; i++)
        {
            ulong word = words[i];
            if (word >= limit)
            {
                word = Replace(source, limit);
            }

            words[i] = word % modulus;
        }
    }

    private static int ReduceVector512(IRandomSource source, ulong modulus, Span<ulong> words)
    {
        ulong limit = RejectionLimit(modulus);
        Vector512<ulong> limits = Vector512.Create(limit);
        Vector512<ulong> q = Vector512.Create(modulus);
        Vector512<double> inverse = Vector512.Create(1.0 / modulus);
        int i = 0;
        for (; i <= words.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
        {
            Span<ulong> part = words.Slice(i, Vector512<ulong>.Count);
            Vector512<ulong> x = Vector512.Create<ulong>(part);
            if (Vector512.GreaterThanOrEqualAny(x, limits))
            {
                ReplaceRejected(source, limit, part);
                x = Vector512.Create<ulong>(part);
            }

            // r = x - round-down(x / q) q, off by at most one q in either direction.
            Vector512<ulong> quotient = Vector512.ConvertToUInt64(Vector512.ConvertToDouble(x) * inverse);
            Vector512<ulong> r = x - (quotient * q);
            r += Vector512.LessThan(r.AsInt64(), Vector512<long>.Zero).AsUInt64() & q;
            r -= Vector512.GreaterThanOrEqual(r, q) & q;
            r.CopyTo(part);
        }

        return i;
    }

    private static int ReduceVector256(IRandomSource source, ulong modulus, Span<ulong> words)
    {
        ulong limit = RejectionLimit(modulus);
        Vector256<ulong> limits = Vector256.Create(limit);
        Vector256<ulong> q = Vector256.Create(modulus);
        Vector256<double> inverse = Vector256.Create(1.0 / modulus);
        int i = 0;
        for (; i <= words.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
        {
            Span<ulong> part = words.Slice(i, Vector256<ulong>.Count);
            Vector256<ulong> x = Vector256.Create<ulong>(part);
            if (Vector256.GreaterThanOrEqualAny(x, limits))
            {
                ReplaceRejected(source, limit, part);
                x = Vector256.Create<ulong>(part);
            }

            Vector256<ulong> quotient = Vector256.ConvertToUInt64(Vector256.ConvertToDouble(x) * inverse);
            Vector256<ulong> r = x - (quotient * q);
            r += Vector256.LessThan(r.AsInt64(), Vector256<long>.Zero).AsUInt64() & q;
            r -= Vector256.GreaterThanOrEqual(r, q) & q;
            r.CopyTo(part);
        }

        return i;
    }

    private static void ReplaceRejected(IRandomSource source, ulong limit, Span<ulong> words)
    {
        foreach (ref ulong word in words)
        {
            if (word >= limit)
            {
                word = Replace(source, limit);
            }
        }
    }

    private static ulong Replace(IRandomSource source, ulong limit)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        ulong word;
        do
        {
            source.Fill(bytes);
            word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        while (word >= limit);
        return word;
    }

    // SEAL's limit: it also refuses the last complete residue of the range, one word more than uniformity asks for.
    private static ulong RejectionLimit(ulong modulus) => ulong.MaxValue - (ulong.MaxValue % modulus) - 1;
}
