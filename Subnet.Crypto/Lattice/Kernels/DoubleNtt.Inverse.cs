using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

internal static unsafe partial class DoubleNtt<TLanes>
{
    /// <summary>Inverse transform, the factor 1/N included.</summary>
    /// <param name="source">N values, residue words or doubles below p in absolute value, by <typeparamref name="TIn"/>.</param>
    /// <param name="x">N values; may be the source.</param>
    /// <param name="n">N, at least <see cref="MinDegree"/>.</param>
    /// <param name="modulus">p.</param>
    /// <param name="roots">Balanced powers of 1/psi in bit-reversed order.</param>
    /// <param name="inverseDegree">1/N modulo p, balanced.</param>
    /// <param name="scaledRoot">1/N times the root of the last stage, balanced.</param>
    public static void Inverse<TIn, TOut>(
        double* source, double* x, int n, double modulus, RootTable roots, double inverseDegree, double scaledRoot)
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        DoubleModulus<TLanes> p = new(modulus);
        GrowthBound bound = new(modulus, 1.0);
        bool odd = ((int.Log2(n) - int.Log2(TLanes.Count)) & 1) != 0;
        if (n == 2 * TLanes.Count)
        {
            InverseInRegisters<TIn>(source, x, 2, p, roots);
            InverseRadix2(x, new Groups(0, 1, 1), n, p, roots, reduce: true);
            Scale<TOut>(x, n, p, inverseDegree);
            return;
        }

        bool reduceVectors = bound.InverseStages(int.Log2(TLanes.Count));
        bool reduceHead = bound.InverseStages(2);
        GrowthBound outerBound = bound;

        // Block by block up to what fits the cache; the last pass is kept for the scaling.
        int innerEnd = 4 * TLanes.Count * (odd ? 2 : 1);
        while (innerEnd * 4 <= Math.Min(BlockLength, n / 4))
        {
            innerEnd *= 4;
        }

        for (int block = 0; block < n / innerEnd; block++)
        {
            int length = 4 * TLanes.Count;
            int perBlock = innerEnd / length;
            Groups range = new(block * perBlock, (block + 1) * perBlock, n / length);
            GrowthBound inner = bound;
            InverseHead<TIn>(source, x, range, p, roots, reduceVectors, reduceHead);
            if (odd)
            {
                length *= 2;
                range = new Groups(range.First / 2, range.End / 2, range.Count / 2);
                InverseRadix2(x, range, length, p, roots, inner.InverseStages(1));
            }

            while (length < innerEnd)
            {
                length *= 4;
                range = range.Joined();
                InverseRadix4(x, range, length, p, roots, inner.InverseStages(2));
            }

            outerBound = inner;
        }

        int outer = innerEnd;
        for (; outer * 4 < n; outer *= 4)
        {
            InverseRadix4(x, new Groups(0, n / (outer * 4), n / (outer * 4)), outer * 4, p, roots, outerBound.InverseStages(2));
        }

        if (outer < n)
        {
            InverseLast<TOut>(x, n, p, roots, inverseDegree, scaledRoot);
        }
        else
        {
            Scale<TOut>(x, n, p, inverseDegree);
        }
    }

    /// <summary>The stages inside four vectors and the radix-4 pass over them.</summary>
    private static void InverseHead<TIn>(double* source, double* x, Groups groups, DoubleModulus<TLanes> p, RootTable roots, bool reduceVectors, bool reduce)
        where TIn : struct, ILaneFormat<TLanes>
    {
        for (int group = groups.First; group < groups.End; group++)
        {
            int root = groups.Count + group;
            TLanes w1 = roots.Value<TLanes>(root);
            TLanes q1 = roots.Quotient<TLanes>(root);
            TLanes w2 = roots.Value<TLanes>(2 * root);
            TLanes q2 = roots.Quotient<TLanes>(2 * root);
            TLanes w3 = roots.Value<TLanes>((2 * root) + 1);
            TLanes q3 = roots.Quotient<TLanes>((2 * root) + 1);
            double* from = source + ((long)group * 4 * TLanes.Count);
            double* to = x + ((long)group * 4 * TLanes.Count);
            InverseVectors<TIn>(from, 4 * root, p, roots, reduceVectors, out TLanes a0, out TLanes a1);
            InverseVectors<TIn>(from + (2 * TLanes.Count), (4 * root) + 2, p, roots, reduceVectors, out TLanes a2, out TLanes a3);
            InverseButterfly(ref a0, ref a1, ref a2, ref a3, w1, q1, w2, q2, w3, q3, p, reduce);
            a0.Store(to);
            a1.Store(to + TLanes.Count);
            a2.Store(to + (2 * TLanes.Count));
            a3.Store(to + (3 * TLanes.Count));
        }
    }

    private static void InverseInRegisters<TIn>(double* source, double* x, int groups, DoubleModulus<TLanes> p, RootTable roots)
        where TIn : struct, ILaneFormat<TLanes>
    {
        for (int group = 0; group < groups; group += 2)
        {
            InverseVectors<TIn>(source + ((long)group * TLanes.Count), groups + group, p, roots, reduce: true, out TLanes u, out TLanes v);
            u.Store(x + ((long)group * TLanes.Count));
            v.Store(x + ((long)(group + 1) * TLanes.Count));
        }
    }

    /// <summary>The stages inside two vectors. Sums grow by the lanes of a vector unless the last of them are reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseVectors<TIn>(double* from, int root, DoubleModulus<TLanes> p, RootTable roots, bool reduce, out TLanes u, out TLanes v)
        where TIn : struct, ILaneFormat<TLanes>
    {
        TLanes.Deinterleave(TIn.Load(from, p), TIn.Load(from + TLanes.Count, p), out u, out v);
        if (TLanes.Count == 8)
        {
            InverseStage(ref u, ref v, 1, roots, 4 * root, p, reduce: false);
            InverseStage(ref u, ref v, 2, roots, 2 * root, p, reduce: false);
            InverseStage(ref u, ref v, 4, roots, root, p, reduce);
        }
        else if (TLanes.Count == 4)
        {
            InverseStage(ref u, ref v, 1, roots, 2 * root, p, reduce: false);
            InverseStage(ref u, ref v, 2, roots, root, p, reduce);
        }
        else
        {
            InverseStage(ref u, ref v, 1, roots, root, p, reduce);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseStage(ref TLanes u, ref TLanes v, int chunk, RootTable roots, int root, DoubleModulus<TLanes> p, bool reduce)
    {
        TLanes sum = u + v;
        TLanes product = p.Multiply(u - v, roots.Values<TLanes>(root, chunk), roots.Quotients<TLanes>(root, chunk));
        TLanes.Exchange(reduce ? p.Reduce(sum) : sum, product, chunk, out u, out v);
    }

    private static void InverseRadix2(double* x, Groups groups, int length, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
    {
        int half = length / 2;
        for (int group = groups.First; group < groups.End; group++)
        {
            TLanes w = roots.Value<TLanes>(groups.Count + group);
            TLanes q = roots.Quotient<TLanes>(groups.Count + group);
            double* a = x + ((long)group * length);
            double* end = a + half;
            for (; a < end; a += TLanes.Count)
            {
                TLanes a0 = TLanes.Load(a);
                TLanes a1 = TLanes.Load(a + half);
                TLanes sum = a0 + a1;
                (reduce ? p.Reduce(sum) : sum).Store(a);
                p.Multiply(a0 - a1, w, q).Store(a + half);
            }
        }
    }

    private static void InverseRadix4(double* x, Groups groups, int length, DoubleModulus<TLanes> p, RootTable roots, bool reduce)
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
            for (; a < end; a += TLanes.Count)
            {
                TLanes a0 = TLanes.Load(a);
                TLanes a1 = TLanes.Load(a + quarter);
                TLanes a2 = TLanes.Load(a + (2 * quarter));
                TLanes a3 = TLanes.Load(a + (3 * quarter));
                InverseButterfly(ref a0, ref a1, ref a2, ref a3, w1, q1, w2, q2, w3, q3, p, reduce);
                a0.Store(a);
                a1.Store(a + quarter);
                a2.Store(a + (2 * quarter));
                a3.Store(a + (3 * quarter));
            }
        }
    }

    /// <summary>
    /// The radix-4 pass over the whole polynomial with the factor 1/N: sums are multiplied by it, differences by it times the root.
    /// What is a sum of four is reduced before, so that every product is below p.
    /// </summary>
    private static void InverseLast<TOut>(double* x, int n, DoubleModulus<TLanes> p, RootTable roots, double inverseDegree, double scaledRoot)
        where TOut : struct, ILaneFormat<TLanes>
    {
        int quarter = n / 4;
        TLanes w2 = roots.Value<TLanes>(2);
        TLanes q2 = roots.Quotient<TLanes>(2);
        TLanes w3 = roots.Value<TLanes>(3);
        TLanes q3 = roots.Quotient<TLanes>(3);
        TLanes scale = TLanes.Broadcast(inverseDegree);
        TLanes scaled1 = TLanes.Broadcast(scaledRoot);
        for (double* a = x, end = x + quarter; a < end; a += TLanes.Count)
        {
            TLanes a0 = TLanes.Load(a);
            TLanes a1 = TLanes.Load(a + quarter);
            TLanes a2 = TLanes.Load(a + (2 * quarter));
            TLanes a3 = TLanes.Load(a + (3 * quarter));
            TLanes b0 = a0 + a1;
            TLanes b1 = p.Multiply(a0 - a1, w2, q2);
            TLanes b2 = a2 + a3;
            TLanes b3 = p.Multiply(a2 - a3, w3, q3);
            TOut.Store(p.Multiply(p.Reduce(b0 + b2), scale), p, a);
            TOut.Store(p.Multiply(b1 + b3, scale), p, a + quarter);
            TOut.Store(p.Multiply(p.Reduce(b0 - b2), scaled1), p, a + (2 * quarter));
            TOut.Store(p.Multiply(b1 - b3, scaled1), p, a + (3 * quarter));
        }
    }

    private static void Scale<TOut>(double* x, int n, DoubleModulus<TLanes> p, double factor)
        where TOut : struct, ILaneFormat<TLanes>
    {
        // Values are at most a quarter of what doubles carry, products at most 7/8 p.
        TLanes w = TLanes.Broadcast(factor);
        for (double* end = x + n; x < end; x += TLanes.Count)
        {
            TOut.Store(p.Multiply(TLanes.Load(x), w), p, x);
        }
    }

    /// <summary>Undoes a forward butterfly up to a factor: sums grow by four unless they are reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(
        ref TLanes a0, ref TLanes a1, ref TLanes a2, ref TLanes a3, TLanes w1, TLanes q1, TLanes w2, TLanes q2, TLanes w3, TLanes q3, DoubleModulus<TLanes> p, bool reduce)
    {
        TLanes b0 = a0 + a1;
        TLanes b1 = p.Multiply(a0 - a1, w2, q2);
        TLanes b2 = a2 + a3;
        TLanes b3 = p.Multiply(a2 - a3, w3, q3);
        a0 = b0 + b2;
        a1 = b1 + b3;
        if (reduce)
        {
            a0 = p.Reduce(a0);
            a1 = p.Reduce(a1);
        }

        a2 = p.Multiply(b0 - b2, w1, q1);
        a3 = p.Multiply(b1 - b3, w1, q1);
    }
}
