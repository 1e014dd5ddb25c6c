using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// The negacyclic transform in double precision for primes below 2^50: radix-4 passes while a quarter of a block fills a vector,
/// at most one radix-2 pass, and the last stages of a block inside registers. It works in place; words become doubles in the
/// first pass and words again in the last one.
/// </summary>
/// <remarks>
/// Forward stages add at most the bound of a product, so values are reduced only when <see cref="GrowthBound"/> asks for it.
/// Inverse stages double the sums: a radix-4 pass starts below 2p, its sums reach 8p and are reduced, its products reach
/// (1/2 + 3/16 * 8) p = 2p. All integers stay within 2^53, so every result is exact.
/// </remarks>
internal static unsafe class DoubleNtt<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    /// <summary>The smallest transform these kernels can do: two vectors.</summary>
    public static int MinDegree => 2 * TLanes.Count;

    /// <summary>Forward transform.</summary>
    /// <param name="source">N values, residue words or doubles below p in absolute value, by <typeparamref name="TIn"/>.</param>
    /// <param name="x">N values; may be the source.</param>
    /// <param name="n">N, at least <see cref="MinDegree"/>.</param>
    /// <param name="modulus">p.</param>
    /// <param name="roots">Balanced powers of psi in bit-reversed order.</param>
    public static void Forward<TIn, TOut>(double* source, double* x, int n, double modulus, double* roots)
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        DoubleModulus<TLanes> p = new(modulus);
        GrowthBound bound = new(modulus, 1.0);
        int groups = 1;
        int length = n;
        bool first = true;
        while (length >= 4 * TLanes.Count)
        {
            bool reduce = bound.ForwardStages(2);
            if (first)
            {
                ForwardRadix4<TIn>(source, x, groups, length, p, roots, reduce);
            }
            else
            {
                ForwardRadix4<DoubleFormat<TLanes>>(x, x, groups, length, p, roots, reduce);
            }

            first = false;
            groups *= 4;
            length /= 4;
        }

        if (length == 2 * TLanes.Count)
        {
            bool reduce = bound.ForwardStages(1);
            if (first)
            {
                ForwardRadix2<TIn>(source, x, groups, length, p, roots, reduce);
            }
            else
            {
                ForwardRadix2<DoubleFormat<TLanes>>(x, x, groups, length, p, roots, reduce);
            }

            groups *= 2;
        }

        ForwardInRegisters<TOut>(x, groups, p, roots);
    }

    /// <summary>Inverse transform, the factor 1/N included.</summary>
    /// <param name="source">N values, residue words or doubles below p in absolute value, by <typeparamref name="TIn"/>.</param>
    /// <param name="x">N values; may be the source.</param>
    /// <param name="n">N, at least <see cref="MinDegree"/>.</param>
    /// <param name="modulus">p.</param>
    /// <param name="roots">Balanced powers of 1/psi in bit-reversed order.</param>
    /// <param name="inverseDegree">1/N modulo p, balanced.</param>
    public static void Inverse<TIn, TOut>(double* source, double* x, int n, double modulus, double* roots, double inverseDegree)
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        DoubleModulus<TLanes> p = new(modulus);
        InverseInRegisters<TIn>(source, x, n / TLanes.Count, p, roots);
        int length = TLanes.Count;
        if (((int.Log2(n) - int.Log2(length)) & 1) != 0)
        {
            length *= 2;
            InverseRadix2(x, n / length, length, p, roots);
        }

        while (length < n)
        {
            length *= 4;
            InverseRadix4(x, n / length, length, p, roots);
        }

        Scale<TOut>(x, n, p, inverseDegree);
    }

    private static void ForwardRadix4<TIn>(double* source, double* x, int groups, int length, DoubleModulus<TLanes> p, double* roots, bool reduce)
        where TIn : struct, ILaneFormat<TLanes>
    {
        int quarter = length / 4;
        for (int group = 0; group < groups; group++)
        {
            TLanes w1 = TLanes.Broadcast(roots[groups + group]);
            TLanes w2 = TLanes.Broadcast(roots[2 * (groups + group)]);
            TLanes w3 = TLanes.Broadcast(roots[(2 * (groups + group)) + 1]);
            double* a = x + ((long)group * length);
            double* end = a + quarter;
            double* from = source + ((long)group * length);
            for (; a < end; a += TLanes.Count, from += TLanes.Count)
            {
                TLanes a0 = TIn.Load(from, p);
                TLanes a1 = TIn.Load(from + quarter, p);
                TLanes a2 = p.Multiply(TIn.Load(from + (2 * quarter), p), w1);
                TLanes a3 = p.Multiply(TIn.Load(from + (3 * quarter), p), w1);
                if (reduce)
                {
                    a0 = p.Reduce(a0);
                    a1 = p.Reduce(a1);
                }

                TLanes b0 = a0 + a2;
                TLanes b2 = a0 - a2;
                TLanes b1 = p.Multiply(a1 + a3, w2);
                TLanes b3 = p.Multiply(a1 - a3, w3);
                (b0 + b1).Store(a);
                (b0 - b1).Store(a + quarter);
                (b2 + b3).Store(a + (2 * quarter));
                (b2 - b3).Store(a + (3 * quarter));
            }
        }
    }

    private static void ForwardRadix2<TIn>(double* source, double* x, int groups, int length, DoubleModulus<TLanes> p, double* roots, bool reduce)
        where TIn : struct, ILaneFormat<TLanes>
    {
        int half = length / 2;
        for (int group = 0; group < groups; group++)
        {
            TLanes w = TLanes.Broadcast(roots[groups + group]);
            double* a = x + ((long)group * length);
            double* end = a + half;
            double* from = source + ((long)group * length);
            for (; a < end; a += TLanes.Count, from += TLanes.Count)
            {
                TLanes a0 = TIn.Load(from, p);
                TLanes a1 = p.Multiply(TIn.Load(from + half, p), w);
                if (reduce)
                {
                    a0 = p.Reduce(a0);
                }

                (a0 + a1).Store(a);
                (a0 - a1).Store(a + half);
            }
        }
    }

    /// <summary>The stages of blocks as long as a vector, two blocks at a time.</summary>
    private static void ForwardInRegisters<TOut>(double* x, int groups, DoubleModulus<TLanes> p, double* roots)
        where TOut : struct, ILaneFormat<TLanes>
    {
        double* w = roots + groups;
        double* w2 = roots + (2 * groups);
        double* w4 = roots + (4 * groups);
        for (int group = 0; group < groups; group += 2)
        {
            double* block = x + ((long)group * TLanes.Count);
            TLanes u = p.Reduce(TLanes.Load(block));
            TLanes v = TLanes.Load(block + TLanes.Count);
            v = p.Reduce(v);
            if (TLanes.Count == 8)
            {
                ForwardStage(ref u, ref v, 4, w + group, p);
                ForwardStage(ref u, ref v, 2, w2 + (2 * group), p);
                ForwardStage(ref u, ref v, 1, w4 + (4 * group), p);
            }
            else if (TLanes.Count == 4)
            {
                ForwardStage(ref u, ref v, 2, w + group, p);
                ForwardStage(ref u, ref v, 1, w2 + (2 * group), p);
            }
            else
            {
                ForwardStage(ref u, ref v, 1, w + group, p);
            }

            TLanes.Interleave(p.Reduce(u), p.Reduce(v), out TLanes low, out TLanes high);
            TOut.Store(low, p, block);
            TOut.Store(high, p, block + TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardStage(ref TLanes x, ref TLanes y, int chunk, double* roots, DoubleModulus<TLanes> p)
    {
        TLanes.Exchange(x, y, chunk, out TLanes u, out TLanes v);
        v = p.Multiply(v, TLanes.LoadRepeated(roots, chunk));
        x = u + v;
        y = u - v;
    }

    private static void InverseInRegisters<TIn>(double* source, double* x, int groups, DoubleModulus<TLanes> p, double* roots)
        where TIn : struct, ILaneFormat<TLanes>
    {
        double* w = roots + groups;
        double* w2 = roots + (2 * groups);
        double* w4 = roots + (4 * groups);
        for (int group = 0; group < groups; group += 2)
        {
            double* block = x + ((long)group * TLanes.Count);
            double* from = source + ((long)group * TLanes.Count);
            TLanes.Deinterleave(TIn.Load(from, p), TIn.Load(from + TLanes.Count, p), out TLanes u, out TLanes v);
            if (TLanes.Count == 8)
            {
                InverseStage(ref u, ref v, 1, w4 + (4 * group), p);
                InverseStage(ref u, ref v, 2, w2 + (2 * group), p);
                InverseStage(ref u, ref v, 4, w + group, p);
            }
            else if (TLanes.Count == 4)
            {
                InverseStage(ref u, ref v, 1, w2 + (2 * group), p);
                InverseStage(ref u, ref v, 2, w + group, p);
            }
            else
            {
                InverseStage(ref u, ref v, 1, w + group, p);
            }

            p.Reduce(u).Store(block);
            p.Reduce(v).Store(block + TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseStage(ref TLanes u, ref TLanes v, int chunk, double* roots, DoubleModulus<TLanes> p)
    {
        TLanes sum = u + v;
        TLanes product = p.Multiply(u - v, TLanes.LoadRepeated(roots, chunk));
        TLanes.Exchange(sum, product, chunk, out u, out v);
    }

    private static void InverseRadix2(double* x, int groups, int length, DoubleModulus<TLanes> p, double* roots)
    {
        int half = length / 2;
        for (int group = 0; group < groups; group++)
        {
            TLanes w = TLanes.Broadcast(roots[groups + group]);
            double* a = x + ((long)group * length);
            double* end = a + half;
            for (; a < end; a += TLanes.Count)
            {
                TLanes a0 = TLanes.Load(a);
                TLanes a1 = TLanes.Load(a + half);
                (a0 + a1).Store(a);
                p.Multiply(a0 - a1, w).Store(a + half);
            }
        }
    }

    private static void InverseRadix4(double* x, int groups, int length, DoubleModulus<TLanes> p, double* roots)
    {
        int quarter = length / 4;
        for (int group = 0; group < groups; group++)
        {
            TLanes w1 = TLanes.Broadcast(roots[groups + group]);
            TLanes w2 = TLanes.Broadcast(roots[2 * (groups + group)]);
            TLanes w3 = TLanes.Broadcast(roots[(2 * (groups + group)) + 1]);
            double* a = x + ((long)group * length);
            double* end = a + quarter;
            for (; a < end; a += TLanes.Count)
            {
                TLanes a0 = TLanes.Load(a);
                TLanes a1 = TLanes.Load(a + quarter);
                TLanes a2 = TLanes.Load(a + (2 * quarter));
                TLanes a3 = TLanes.Load(a + (3 * quarter));
                TLanes b0 = a0 + a1;
                TLanes b1 = p.Multiply(a0 - a1, w2);
                TLanes b2 = a2 + a3;
                TLanes b3 = p.Multiply(a2 - a3, w3);
                p.Reduce(b0 + b2).Store(a);
                p.Reduce(b1 + b3).Store(a + quarter);
                p.Multiply(b0 - b2, w1).Store(a + (2 * quarter));
                p.Multiply(b1 - b3, w1).Store(a + (3 * quarter));
            }
        }
    }

    private static void Scale<TOut>(double* x, int n, DoubleModulus<TLanes> p, double factor)
        where TOut : struct, ILaneFormat<TLanes>
    {
        TLanes w = TLanes.Broadcast(factor);
        for (double* end = x + n; x < end; x += TLanes.Count)
        {
            TOut.Store(p.Multiply(TLanes.Load(x), w), p, x);
        }
    }
}
