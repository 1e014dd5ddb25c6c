using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>Carries small signed coefficients (secrets, noise) into the residues of a prime, in constant time.</summary>
public static class SmallCoefficients
{
    // Below it, a coefficient may be a multiple of the modulus away from its residue.
    private const int LargestTinyModulus = 128;
    private const int ReciprocalBits = 32;

    /// <summary>Writes v modulo the prime for each coefficient v: v itself, or prime + v where v is negative.</summary>
    /// <param name="coefficients">Any values.</param>
    /// <param name="modulus">2 or more, below 2^63.</param>
    /// <param name="destination">As many residues in [0, modulus).</param>
    /// <exception cref="ArgumentException">A length or the modulus is not as said.</exception>
    public static void ToResidues(ReadOnlySpan<sbyte> coefficients, ulong modulus, Span<ulong> destination)
    {
        if (destination.Length != coefficients.Length)
        {
            throw new ArgumentException($"{coefficients.Length} coefficients do not fill {destination.Length} words", nameof(destination));
        }

        if (modulus < 2 || modulus >> 63 != 0)
        {
            throw new ArgumentException($"the modulus {modulus} is not in 2 to 2^63 - 1", nameof(modulus));
        }

        if (modulus <= LargestTinyModulus)
        {
            ToTinyResidues(coefficients, modulus, destination);
            return;
        }

        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<long> q = Vector512.Create((long)modulus);
            for (; i <= coefficients.Length - Vector512<long>.Count; i += Vector512<long>.Count)
            {
                Vector128<sbyte> bytes = Vector128.CreateScalar(MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(coefficients[i..]))).AsSByte();
                Vector512<long> value = Avx512F.ConvertToVector512Int64(bytes);
                (value + (Vector512.ShiftRightArithmetic(value, 63) & q)).AsUInt64().CopyTo(destination[i..]);
            }
        }
        else if (Avx2.IsSupported)
        {
            Vector256<long> q = Vector256.Create((long)modulus);
            for (; i <= coefficients.Length - Vector256<long>.Count; i += Vector256<long>.Count)
            {
                Vector128<sbyte> bytes = Vector128.CreateScalar(MemoryMarshal.Read<int>(MemoryMarshal.AsBytes(coefficients[i..]))).AsSByte();
                Vector256<long> value = Avx2.ConvertToVector256Int64(bytes);
                (value + (Vector256.LessThan(value, Vector256<long>.Zero) & q)).AsUInt64().CopyTo(destination[i..]);
            }
        }

        ToResiduesScalar(coefficients[i..], modulus, destination[i..]);
    }

    // Primes of toy parameters, smaller than the noise may be. A product with the rounded-up reciprocal instead of a division, whose time may depend
    // on the value; exact, as the shifted value has fewer than 9 bits.
    private static void ToTinyResidues(ReadOnlySpan<sbyte> coefficients, ulong modulus, Span<ulong> destination)
    {
        ulong shift = (LargestTinyModulus + modulus - 1) / modulus * modulus;
        ulong reciprocal = ((1UL << ReciprocalBits) / modulus) + 1;
        for (int i = 0; i < coefficients.Length; i++)
        {
            ulong value = (ulong)(coefficients[i] + (long)shift);
            destination[i] = value - ((value * reciprocal >> ReciprocalBits) * modulus);
        }
    }

    /// <summary>The scalar twin.</summary>
    internal static void ToResiduesScalar(ReadOnlySpan<sbyte> coefficients, ulong modulus, Span<ulong> destination)
    {
        for (int i = 0; i < coefficients.Length; i++)
        {
            long value = coefficients[i];
            destination[i] = (ulong)(value + ((value >> 63) & (long)modulus));
        }
    }
}
