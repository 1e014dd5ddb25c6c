using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// The negacyclic transform in double precision for primes below 2^50. It works in place: words become doubles in the first pass
/// and words again in the last one. Passes over the whole polynomial are radix-4; blocks that fit the first-level cache are then
/// finished one after the other, the stages inside a vector in registers.
/// </summary>
/// <remarks>
/// Forward stages add at most the bound of a product, so values are reduced only when <see cref="GrowthBound"/> asks for it.
/// Inverse stages double the sums, which are reduced when two more stages could leave the 53 bits: for primes of 50 bits in every
/// pass, whose sums then reach 8p from 2p, for those of 36 bits once. All integers stay within 2^53, so every result is exact.
/// </remarks>
internal static unsafe partial class DoubleNtt<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    // 32 KiB of doubles.
    private const int BlockLength = 4096;

    /// <summary>The smallest transform these kernels can do: two vectors.</summary>
    public static int MinDegree => 2 * TLanes.Count;

    /// <summary>Forward transform.</summary>
    /// <param name="source">N values, residue words or doubles below p in absolute value, by <typeparamref name="TIn"/>.</param>
    /// <param name="x">N values; may be the source.</param>
    /// <param name="n">N, at least <see cref="MinDegree"/>.</param>
    /// <param name="modulus">p.</param>
    /// <param name="roots">Balanced powers of psi in bit-reversed order.</param>
    public static void Forward<TIn, TOut>(double* source, double* x, int n, double modulus, RootTable roots)
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        DoubleModulus<TLanes> p = new(modulus);
        GrowthBound bound = new(modulus, 1.0);
        int groups = 1;
        int length = n;
        bool first = true;
        if (((int.Log2(n) - int.Log2(TLanes.Count)) & 1) != 0)
        {
            bound.ForwardStages(1);
            ForwardRadix2<TIn>(source, x, length, p, roots);
            groups = 2;
            length /= 2;
            first = false;
        }

        if (length == TLanes.Count)
        {
            ForwardInRegisters<TOut>(x, new Groups(0, groups, groups), p, roots, bound.ForwardStages(int.Log2(TLanes.Count)));
            return;
        }

        // From here on a block has at least four vectors.
        while (length > BlockLength)
        {
            bool reduce = bound.ForwardStages(2);
            ForwardPass<TIn>(first, source, x, new Groups(0, groups, groups), length, p, roots, reduce);
            first = false;
            groups *= 4;
            length /= 4;
        }

        for (int block = 0; block < groups; block++)
        {
            GrowthBound inner = bound;
            Groups range = new(block, block + 1, groups);
            bool unread = first;
            int rest = length;
            for (; rest >= 4 * TLanes.Count; rest /= 4)
            {
                bool reduce = inner.ForwardStages(2);
                ForwardPass<TIn>(unread, source, x, range, rest, p, roots, reduce);
                unread = false;
                range = range.Quarter();
            }

            ForwardInRegisters<TOut>(x, range, p, roots, inner.ForwardStages(int.Log2(TLanes.Count)));
        }
    }

    private static void ForwardPass<TIn>(
        bool first, double* source, double* x, Groups groups, int length, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
        where TIn : struct, ILaneFormat<TLanes>
    {
        if (first)
        {
            ForwardRadix4<TIn>(source, x, groups, length, p, roots, reduce);
        }
        else
        {
            ForwardRadix4<DoubleFormat<TLanes>>(x, x, groups, length, p, roots, reduce);
        }
    }

    private static void ForwardRadix4<TIn>(
        double* source, double* x, Groups groups, int length, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
        where TIn : struct, ILaneFormat<TLanes>
    {
        int quarter = length / 4;
        for (int group = groups.First; group < groups.End; group++)
        {
            int root = groups.Count + group;
            TLanes w1 = roots.Value<TLanes>(root);
            TLanes q1 = roots.Quotient<TLanes>(root);
            TLanes w2 = roots.Value<TLanes>(2 * root);
            TLanes q2 = roots.Quotient<TLanes>(2 * root);
            TLanes w3 = roots.Value<TLanes>((2 * root) + 1);
            TLanes q3 = roots.Quotient<TLanes>((2 * root) + 1);
            double* a = x + ((long)group * length);
            double* end = a + quarter;
            double* from = source + ((long)group * length);
            for (; a < end; a += TLanes.Count, from += TLanes.Count)
            {
                TLanes a0 = TIn.Load(from, p);
                TLanes a1 = TIn.Load(from + quarter, p);
                TLanes a2 = TIn.Load(from + (2 * quarter), p);
                TLanes a3 = TIn.Load(from + (3 * quarter), p);
                ForwardButterfly(ref a0, ref a1, ref a2, ref a3, w1, q1, w2, q2, w3, q3, p, reduce);
                a0.Store(a);
                a1.Store(a + quarter);
                a2.Store(a + (2 * quarter));
                a3.Store(a + (3 * quarter));
            }
        }
    }

    private static void ForwardRadix2<TIn>(double* source, double* x, int length, DoubleModulus<TLanes> p, RootTable roots)
        where TIn : struct, ILaneFormat<TLanes>
    {
        int half = length / 2;
        TLanes w = roots.Value<TLanes>(1);
        TLanes q = roots.Quotient<TLanes>(1);
        for (int k = 0; k < half; k += TLanes.Count)
        {
            TLanes a0 = TIn.Load(source + k, p);
            TLanes a1 = p.Multiply(TIn.Load(source + half + k, p), w, q);
            (a0 + a1).Store(x + k);
            (a0 - a1).Store(x + half + k);
        }
    }

    /// <summary>The stages of blocks as long as a vector, two blocks at a time.</summary>
    private static void ForwardInRegisters<TOut>(double* x, Groups groups, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
        where TOut : struct, ILaneFormat<TLanes>
    {
        for (int group = groups.First; group < groups.End; group += 2)
        {
            double* block = x + ((long)group * TLanes.Count);
            ForwardVectors<TOut>(TLanes.Load(block), TLanes.Load(block + TLanes.Count), block, groups.Count + group, p, roots, reduce);
        }
    }

    /// <summary>
    /// The stages inside two neighbouring vectors whose first roots are at <paramref name="root"/> and the next place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardVectors<TOut>(TLanes u, TLanes v, double* to, int root, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
        where TOut : struct, ILaneFormat<TLanes>
    {
        if (TLanes.Count == 8)
        {
            ForwardStage(ref u, ref v, 4, roots, root, p, reduce);
            ForwardStage(ref u, ref v, 2, roots, 2 * root, p, reduce: false);
            ForwardStage(ref u, ref v, 1, roots, 4 * root, p, reduce: false);
        }
        else if (TLanes.Count == 4)
        {
            ForwardStage(ref u, ref v, 2, roots, root, p, reduce);
            ForwardStage(ref u, ref v, 1, roots, 2 * root, p, reduce: false);
        }
        else
        {
            ForwardStage(ref u, ref v, 1, roots, root, p, reduce);
        }

        TLanes.Interleave(p.Reduce(u), p.Reduce(v), out TLanes low, out TLanes high);
        TOut.Store(low, p, to);
        TOut.Store(high, p, to + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardStage(ref TLanes x, ref TLanes y, int chunk, RootTable roots, int root, DoubleModulus<TLanes> p, bool reduce)
    {
        TLanes.Exchange(x, y, chunk, out TLanes u, out TLanes v);
        if (reduce)
        {
            u = p.Reduce(u);
        }

        v = p.Multiply(v, roots.Values<TLanes>(root, chunk), roots.Quotients<TLanes>(root, chunk));
        x = u + v;
        y = u - v;
    }

    /// <summary>Two radix-2 stages: (a0, a2), (a1, a3) with w1, then (a0, a1) with w2 and (a2, a3) with w3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardButterfly(
        ref TLanes a0, ref TLanes a1, ref TLanes a2, ref TLanes a3, TLanes w1, TLanes q1, TLanes w2, TLanes q2, TLanes w3, TLanes q3, DoubleModulus<TLanes> p, bool reduce)
    {
        if (reduce)
        {
            a0 = p.Reduce(a0);
            a1 = p.Reduce(a1);
        }

        a2 = p.Multiply(a2, w1, q1);
        a3 = p.Multiply(a3, w1, q1);
        TLanes b0 = a0 + a2;
        TLanes b2 = a0 - a2;
        TLanes b1 = p.Multiply(a1 + a3, w2, q2);
        TLanes b3 = p.Multiply(a1 - a3, w3, q3);
        a0 = b0 + b1;
        a1 = b0 - b1;
        a2 = b2 + b3;
        a3 = b2 - b3;
    }

    /// <summary>Groups First to End (exclusive) of a stage with Count groups.</summary>
    private readonly struct Groups(int first, int end, int count)
    {
        public readonly int First = first;
        public readonly int End = end;
        public readonly int Count = count;

        /// <summary>The same part of the polynomial two stages on.</summary>
        public Groups Quarter() => new(4 * First, 4 * End, 4 * Count);

        /// <summary>The same part of the polynomial two stages back.</summary>
        public Groups Joined() => new(First / 4, End / 4, Count / 4);
    }
}
