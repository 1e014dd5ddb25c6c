using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
            Vector<ulong> sum = Load(a, i) + Load(b, i);
            Store(Vector.Min(sum, sum - q), r, i);
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
            Vector<ulong> difference = Load(a, i) - Load(b, i);
            Store(Vector.Min(difference, difference + q), r, i);
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
            Vector<ulong> x = Load(a, i);
            Store(Vector.AndNot(q - x, Vector.Equals(x, Vector<ulong>.Zero)), r, i);
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
            Vector<ulong> sum = Load(a, i) + addend;
            Store(Vector.Min(sum, sum - q), r, i);
        }

        for (; i < r.Length; i++)
        {
            r[i] = modulus.Add(a[i], w);
        }
    }

    /// <summary>Whether every word is below the modulus; looks at all of them.</summary>
    public static bool AllBelow(ReadOnlySpan<ulong> a, ulong modulus)
    {
        Vector<ulong> bound = new(modulus);
        Vector<ulong> tooLarge = Vector<ulong>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            tooLarge |= Vector.GreaterThanOrEqual(Load(a, i), bound);
        }

        bool below = Vector.EqualsAll(tooLarge, Vector<ulong>.Zero);
        for (; i < a.Length; i++)
        {
            below &= a[i] < modulus;
        }

        return below;
    }

    // The loops stay within the lengths that were checked.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<ulong> Load(ReadOnlySpan<ulong> words, int index) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(words), (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<ulong> value, Span<ulong> words, int index) =>
        value.StoreUnsafe(ref MemoryMarshal.GetReference(words), (nuint)index);

    private static void CheckLengths(int a, int b, int r)
    {
        if (a != r || b != r)
        {
            throw new ArgumentException($"vectors of {a}, {b} and {r} words do not belong together");
        }
    }
}
