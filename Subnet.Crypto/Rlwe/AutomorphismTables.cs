using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Where the coefficients or transform values go under X to X^g. A table has N entries and is kept once it was asked for. Safe
/// for concurrent use.
/// </summary>
internal sealed class AutomorphismTables(int degree)
{
    // A negative entry says that the coefficient changes its sign: ~entry is the index.
    private readonly ConcurrentDictionary<int, int[]> _coefficients = new();
    private readonly ConcurrentDictionary<int, LanePermutation> _values = new();

    /// <summary>r = a(X^g), coefficient form: coefficient k goes to k g mod 2N, with a change of sign from N on.</summary>
    public void ApplyToCoefficients(ReadOnlySpan<ulong> a, int element, Span<ulong> r, Modulus modulus)
    {
        int[] table = _coefficients.TryGetValue(element, out int[]? known) ? known : _coefficients.GetOrAdd(element, CoefficientTable);
        ulong q = modulus.Value;
        CheckLengths(a.Length, r.Length);
        ref ulong source = ref MemoryMarshal.GetReference(a);
        for (int i = 0; i < table.Length && i < r.Length; i++)
        {
            // Entries are below N. Zero stays zero: the mask is empty unless the value has a bit.
            int entry = table[i];
            int sign = entry >> 31;
            ulong value = Unsafe.Add(ref source, (nuint)(uint)(entry ^ sign));
            ulong mask = (ulong)(long)sign & (ulong)((long)(0 - value) >> 63);
            r[i] = value ^ ((value ^ (q - value)) & mask);
        }
    }

    /// <summary>r = a(X^g), NTT form: a permutation.</summary>
    public void ApplyToValues(ReadOnlySpan<ulong> a, int element, Span<ulong> r)
    {
        ReadOnlySpan<int> table = OfValues(element).Sources;
        CheckLengths(a.Length, r.Length);
        ref ulong source = ref MemoryMarshal.GetReference(a);
        for (int i = 0; i < table.Length && i < r.Length; i++)
        {
            r[i] = Unsafe.Add(ref source, (nuint)(uint)table[i]);
        }
    }

    /// <summary>The permutation of transform values.</summary>
    public LanePermutation OfValues(int element) =>
        _values.TryGetValue(element, out LanePermutation? known) ? known : _values.GetOrAdd(element, ValueTable);

    private void CheckLengths(int a, int r)
    {
        if (a != degree || r != degree)
        {
            throw new ArgumentException($"an automorphism of degree {degree} works on {degree} words, not {a} and {r}");
        }
    }

    private int[] CoefficientTable(int element)
    {
        int[] table = new int[degree];
        int mask = (2 * degree) - 1;
        for (int k = 0; k < degree; k++)
        {
            int target = (int)((long)k * element & mask);
            table[target & (degree - 1)] = target < degree ? k : ~k;
        }

        return table;
    }

    private LanePermutation ValueTable(int element)
    {
        // Position i holds the value at psi^(2 rev(i) + 1); the automorphism reads the value at that exponent times g.
        int[] table = new int[degree];
        int log = BitOperations.Log2((uint)degree);
        int mask = (2 * degree) - 1;
        for (int i = 0; i < degree; i++)
        {
            int exponent = (2 * NttTables.ReverseBits(i, log)) + 1;
            int moved = (int)((long)exponent * element & mask);
            table[i] = NttTables.ReverseBits((moved - 1) / 2, log);
        }

        return new LanePermutation(table);
    }
}
