using System.Numerics;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// Sums and differences of residues modulo any prime up to 61 bits. These are bound by memory, so the portable vectors of the
/// runtime suffice. All spans have equal length; a result may be written over an input.
/// </summary>
internal static class ModularVector
{
    /// <summary>r = a + b.</summary>
    public static void Add(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r, Modulus modulus)
    {
        CheckLengths(a.Length, b.Length, r.Length);
        Vector<ulong> q = new(modulus.Value);
        int i = 0;
        for (; i <= r.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            // Unsigned wrap-around makes the wrong one of the two candidates the larger one.
            Vector<ulong> sum = new Vector<ulong>(a[i..]) + new Vector<ulong>(b[i..]);
            Vector.Min(sum, sum - q).CopyTo(r[i..]);
        }

        for (; i < r.Length; i++)
        {
            r[i] = modulus.Add(a[i], b[i]);
        }
    }

    /// <summary>r = a - b.</summary>
    public static void Subtract(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r, Modulus modulus)
    {
        CheckLengths(a.Length, b.Length, r.Length);
        Vector<ulong> q = new(modulus.Value);
        int i = 0;
        for (; i <= r.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            Vector<ulong> difference = new Vector<ulong>(a[i..]) - new Vector<ulong>(b[i..]);
            Vector.Min(difference, difference + q).CopyTo(r[i..]);
        }

        for (; i < r.Length; i++)
        {
            r[i] = modulus.Subtract(a[i], b[i]);
        }
    }

    /// <summary>r = -a.</summary>
    public static void Negate(ReadOnlySpan<ulong> a, Span<ulong> r, Modulus modulus)
    {
        CheckLengths(a.Length, a.Length, r.Length);
        Vector<ulong> q = new(modulus.Value);
        int i = 0;
        for (; i <= r.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            Vector<ulong> x = new(a[i..]);
            Vector.AndNot(q - x, Vector.Equals(x, Vector<ulong>.Zero)).CopyTo(r[i..]);
        }

        for (; i < r.Length; i++)
        {
            r[i] = modulus.Negate(a[i]);
        }
    }

    /// <summary>r = a + w for a constant residue w.</summary>
    public static void AddScalar(ReadOnlySpan<ulong> a, ulong w, Span<ulong> r, Modulus modulus)
    {
        CheckLengths(a.Length, a.Length, r.Length);
        Vector<ulong> q = new(modulus.Value);
        Vector<ulong> addend = new(w);
        int i = 0;
        for (; i <= r.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            Vector<ulong> sum = new Vector<ulong>(a[i..]) + addend;
            Vector.Min(sum, sum - q).CopyTo(r[i..]);
        }

        for (; i < r.Length; i++)
        {
            r[i] = modulus.Add(a[i], w);
        }
    }

    /// <summary>Whether every word is below the modulus; looks at all of them.</summary>
    public static bool AllBelow(ReadOnlySpan<ulong> a, ulong modulus)
    {
        ulong tooLarge = 0;
        foreach (ulong word in a)
        {
            tooLarge |= word >= modulus ? 1UL : 0UL;
        }

        return tooLarge == 0;
    }

    private static void CheckLengths(int a, int b, int r)
    {
        if (a != r || b != r)
        {
            throw new ArgumentException($"vectors of {a}, {b} and {r} words do not belong together");
        }
    }
}
