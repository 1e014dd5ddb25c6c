using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>Arithmetic on the polynomials of a keyless set, limb after limb. Time depends on lengths only.</summary>
internal static class KeylessArithmetic
{
    public static void ToResidues(KeylessSet set, ReadOnlySpan<sbyte> coefficients, Span<ulong> destination)
    {
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            SmallCoefficients.ToResidues(coefficients, set.Moduli[limb].Value, destination.Slice(limb * set.Degree, set.Degree));
        }
    }

    public static void Forward(KeylessSet set, Span<ulong> polynomial)
    {
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            set.Tables[limb].Forward(polynomial.Slice(limb * set.Degree, set.Degree));
        }
    }

    public static void Inverse(KeylessSet set, Span<ulong> polynomial)
    {
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            set.Tables[limb].Inverse(polynomial.Slice(limb * set.Degree, set.Degree));
        }
    }

    /// <summary>destination = a * b, element by element; destination may be a or b.</summary>
    public static void Multiply(KeylessSet set, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            int start = limb * set.Degree;
            set.Tables[limb].Kernels.Multiply(a.Slice(start, set.Degree), b.Slice(start, set.Degree), destination.Slice(start, set.Degree));
        }
    }

    /// <summary>destination = a * b + c * d, element by element; destination may be a or b.</summary>
    public static void MultiplyAdd(
        KeylessSet set, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> c, ReadOnlySpan<ulong> d, Span<ulong> destination)
    {
        Multiply(set, a, b, destination);
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            int start = limb * set.Degree;
            set.Tables[limb].Kernels.MultiplyAdd(c.Slice(start, set.Degree), d.Slice(start, set.Degree), destination.Slice(start, set.Degree));
        }
    }

    /// <summary>target += small, the coefficients of a magnitude below the modulus.</summary>
    public static void AddSmall(Modulus modulus, Span<ulong> target, ReadOnlySpan<sbyte> small)
    {
        long q = (long)modulus.Value;
        for (int i = 0; i < target.Length; i++)
        {
            long value = small[i];
            target[i] = modulus.Add(target[i], (ulong)(value + ((value >> 63) & q)));
        }
    }

    /// <summary>target += other, limb after limb.</summary>
    public static void Add(KeylessSet set, Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            Modulus modulus = set.Moduli[limb];
            int start = limb * set.Degree;
            for (int i = start; i < start + set.Degree; i++)
            {
                target[i] = modulus.Add(target[i], other[i]);
            }
        }
    }

    /// <summary>target -= other.</summary>
    public static void Subtract(Modulus modulus, Span<ulong> target, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = modulus.Subtract(target[i], other[i]);
        }
    }

    /// <summary>
    /// Coefficient <paramref name="position"/> of the negacyclic product of a polynomial with a secret that is given in reverse
    /// order, modulo 2^64: sum of a[j] s[o-j] for j up to o, less sum of a[j] s[N+o-j] above.
    /// </summary>
    public static ulong NegacyclicDot(ReadOnlySpan<ulong> polynomial, ReadOnlySpan<long> reversedSecret, int position)
    {
        int split = position + 1;
        return Dot(polynomial[..split], reversedSecret[^split..]) - Dot(polynomial[split..], reversedSecret[..^split]);
    }

    private static ulong Dot(ReadOnlySpan<ulong> a, ReadOnlySpan<long> b)
    {
        ReadOnlySpan<ulong> c = MemoryMarshal.Cast<long, ulong>(b);
        Vector512<ulong> sums = Vector512<ulong>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
        {
            sums += Vector512.Create(a[i..]) * Vector512.Create(c[i..]);
        }

        ulong sum = Vector512.Sum(sums);
        for (; i < a.Length; i++)
        {
            sum += a[i] * c[i];
        }

        return sum;
    }
}
