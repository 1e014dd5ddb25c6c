using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Sums of products for hoisted rotations and matrix products.</summary>
internal sealed unsafe partial class DoubleLimbKernels<TLanes>
{
    // Two vectors: enough independent sums to hide the latency of the multiplications.
    private const int VectorsPerLine = 2;

    public override int LineLength => VectorsPerLine * TLanes.Count;

    public override void GadgetProduct(
        ReadOnlySpan<ulong> working, LanePermutation permutation, ReadOnlySpan<ulong> offset, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1,
        Span<ulong> r0, Span<ulong> r1, bool accumulate)
    {
        int n = tables.Degree;
        CheckLengths(n, r0.Length, r1.Length, permutation.Length);
        CheckLengths(working.Length / n, key0.Length, key1.Length, offset.IsEmpty ? key0.Length : offset.Length / n);

        // A digit with its offset is at most q: a product is below (1/2 + 3/8) q, and nine of them stay below 8 q.
        const int LazyTerms = 8;
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        LaneBlocks blocks = permutation.Blocks<TLanes>();
        fixed (ulong* w = working, o = offset, p0 = r0, p1 = r1, lanes = blocks.Lanes)
        {
            for (int i = 0, block = 0; i < n; i += TLanes.Count, block++)
            {
                double* from = (double*)w + blocks.Starts[block];
                ulong* pattern = lanes + blocks.Patterns[block];
                TLanes sum0 = TLanes.Broadcast(0);
                TLanes sum1 = sum0;
                int digit = 0;
                while (digit < key0.Length)
                {
                    int end = Math.Min(digit + LazyTerms, key0.Length);
                    for (; digit < end; digit++)
                    {
                        TLanes d = TLanes.Permute(TLanes.Load(from + ((long)digit * n)), pattern);
                        if (o != null)
                        {
                            d += TLanes.Load((double*)o + ((long)digit * n) + i);
                        }

                        sum0 += q.Multiply(d, TLanes.LoadWords((ulong*)key0[digit] + i));
                        sum1 += q.Multiply(d, TLanes.LoadWords((ulong*)key1[digit] + i));
                    }

                    sum0 = q.Reduce(sum0);
                    sum1 = q.Reduce(sum1);
                }

                sum0 = q.ToResidue(sum0);
                sum1 = q.ToResidue(sum1);
                if (accumulate)
                {
                    sum0 = TLanes.SubtractIfNotLess(sum0 + TLanes.LoadWords(p0 + i), q.Value);
                    sum1 = TLanes.SubtractIfNotLess(sum1 + TLanes.LoadWords(p1 + i), q.Value);
                }

                sum0.StoreWords(p0 + i);
                sum1.StoreWords(p1 + i);
            }
        }
    }

    public override void SubtractWorking(Span<ulong> a, ReadOnlySpan<ulong> b)
    {
        CheckLengths(tables.Degree, a.Length, b.Length, a.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa = a, pb = b)
        {
            for (int i = 0; i < a.Length; i += TLanes.Count)
            {
                q.Reduce(TLanes.Load((double*)pa + i) - TLanes.Load((double*)pb + i)).Store((double*)pa + i);
            }
        }
    }

    public override void PackLines(ReadOnlySpan<ulong> values, int slot, int slots, Span<ulong> lines)
    {
        int n = tables.Degree;
        CheckLengths(n, values.Length, values.Length, lines.Length / slots);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)slots, nameof(slot));
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        int line = LineLength;
        fixed (ulong* from = values, table = lines)
        {
            double* to = (double*)table + ((long)slot * line);
            for (int i = 0; i < n; i += line, to += (long)slots * line)
            {
                q.Reduce(TLanes.LoadWords(from + i)).Store(to);
                q.Reduce(TLanes.LoadWords(from + i + TLanes.Count)).Store(to + TLanes.Count);
            }
        }
    }

    /// <remarks>
    /// Factors and inputs are balanced, so a product is at most q^2 / 4. With the terms T of a run limited to 2^52 / q, the shifted
    /// sum s = 1.5 * 2^(52 + k) + (sum of products rounded to multiples of 2^k) stays in one binade for 2^(51 + k) at least
    /// T q^2 / 4, and what each rounding lost, a w - (s' - s), is an exact integer of at most 2^(k - 1): together at most
    /// T^2 q^2 / 2^53, which is 2^51. Then s minus its start is reduced by its quotient, exact because the quotient is below 2^50.
    /// </remarks>
    public override void MultiplyLines(
        ReadOnlySpan<ulong> factors, ReadOnlySpan<int> termInputs, ReadOnlySpan<int> groupEnds, ReadOnlySpan<ulong> inputs, Span<ulong> sums)
    {
        int n = tables.Degree;
        int terms = termInputs.Length;
        CheckLengths(terms, factors.Length / n, groupEnds[^1], terms);
        CheckLengths(2 * n * groupEnds.Length, sums.Length, sums.Length, sums.Length);
        CheckInputs(termInputs, inputs.Length / (2 * n));
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        int longestRun = (int)Math.Min((1L << 52) / (long)Modulus.Value, 1 << 20);
        double largest = longestRun * tables.DoubleValue * tables.DoubleValue / 4;
        TLanes start = TLanes.Broadcast(Math.ScaleB(1.5, Math.ILogB(largest) + 2));
        int line = LineLength;
        int inputLine = inputs.Length / n * line;
        fixed (ulong* f = factors, x = inputs, r = sums)
        {
            double* factor = (double*)f;
            double* lineInputs = (double*)x;
            for (int i = 0; i < n; i += line, lineInputs += inputLine)
            {
                int term = 0;
                for (int group = 0; group < groupEnds.Length; group++)
                {
                    TLanes rest00 = TLanes.Broadcast(0);
                    TLanes rest01 = rest00;
                    TLanes rest10 = rest00;
                    TLanes rest11 = rest00;
                    while (term < groupEnds[group])
                    {
                        TLanes high00 = start;
                        TLanes high01 = start;
                        TLanes high10 = start;
                        TLanes high11 = start;
                        int end = Math.Min(term + longestRun, groupEnds[group]);
                        for (; term < end; term++, factor += line)
                        {
                            double* input = lineInputs + ((long)termInputs[term] * 2 * line);
                            TLanes w0 = TLanes.Load(factor);
                            TLanes w1 = TLanes.Load(factor + TLanes.Count);
                            Accumulate(w0, TLanes.Load(input), ref high00, ref rest00);
                            Accumulate(w1, TLanes.Load(input + TLanes.Count), ref high01, ref rest01);
                            Accumulate(w0, TLanes.Load(input + (2 * TLanes.Count)), ref high10, ref rest10);
                            Accumulate(w1, TLanes.Load(input + (3 * TLanes.Count)), ref high11, ref rest11);
                        }

                        rest00 = Join(high00 - start, rest00, q);
                        rest01 = Join(high01 - start, rest01, q);
                        rest10 = Join(high10 - start, rest10, q);
                        rest11 = Join(high11 - start, rest11, q);
                    }

                    ulong* sum = r + (2L * group * n) + i;
                    q.ToResidue(rest00).StoreWords(sum);
                    q.ToResidue(rest01).StoreWords(sum + TLanes.Count);
                    q.ToResidue(rest10).StoreWords(sum + n);
                    q.ToResidue(rest11).StoreWords(sum + n + TLanes.Count);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(TLanes w, TLanes x, ref TLanes high, ref TLanes rest)
    {
        TLanes next = TLanes.MultiplyAdd(w, x, high);
        rest += TLanes.MultiplySubtract(w, x, next - high);
        high = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Join(TLanes high, TLanes rest, DoubleModulus<TLanes> q) => q.Reduce(q.Reduce(high) + rest);
}
