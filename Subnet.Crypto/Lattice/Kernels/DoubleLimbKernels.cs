namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Limb operations in double precision, a vector of words at a time, for primes below 2^50.</summary>
internal sealed unsafe partial class DoubleLimbKernels<TLanes>(NttTables tables) : LimbKernels
    where TLanes : struct, IDoubleLanes<TLanes>
{
    public override Modulus Modulus => tables.Modulus;

    public override bool IsDouble => true;

    public override void Forward(ReadOnlySpan<ulong> a, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, a.Length, r.Length);
        fixed (ulong* source = a, destination = r)
        {
            tables.ForwardDouble<TLanes, WordFormat<TLanes>, WordFormat<TLanes>>((double*)source, (double*)destination);
        }
    }

    public override void Inverse(ReadOnlySpan<ulong> a, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, a.Length, r.Length);
        fixed (ulong* source = a, destination = r)
        {
            tables.InverseDouble<TLanes, WordFormat<TLanes>, WordFormat<TLanes>>((double*)source, (double*)destination);
        }
    }

    public override void LiftCentred(ReadOnlySpan<ulong> message, Modulus plain, Span<ulong> r)
    {
        CheckLengths(tables.Degree, message.Length, message.Length, r.Length);
        if (!plain.FitsDouble)
        {
            IntegerLimbKernels.LiftCentred(message, plain, Modulus, r);
            return;
        }

        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes t = TLanes.Broadcast(plain.Value);
        TLanes half = TLanes.Broadcast((plain.Value + 1) / 2);
        TLanes shift = half - t;
        fixed (ulong* pm = message, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                // m - half in [-half, t - half): below zero it gets t back, which leaves m - t + t = m; else m - t.
                TLanes centred = TLanes.AddIfNegative(TLanes.LoadWords(pm + i) - half, t) + shift;
                q.ToResidue(q.Reduce(centred)).StoreWords(pr + i);
            }
        }
    }

    public override void ExtendDigit(ReadOnlySpan<ulong> digit, Modulus sourceModulus, Span<ulong> working)
    {
        CheckLengths(tables.Degree, digit.Length, digit.Length, working.Length);
        fixed (ulong* source = digit, destination = working)
        {
            if (sourceModulus.FitsDouble)
            {
                tables.ForwardDouble<TLanes, ForeignWordFormat<TLanes>, DoubleFormat<TLanes>>((double*)source, (double*)destination);
            }
            else
            {
                Reduce(digit, sourceModulus, working);
                tables.ForwardDouble<TLanes, WordFormat<TLanes>, DoubleFormat<TLanes>>((double*)destination, (double*)destination);
            }
        }
    }

    public override void ImportDigit(ReadOnlySpan<ulong> values, Span<ulong> working)
    {
        CheckLengths(tables.Degree, values.Length, values.Length, working.Length);
        fixed (ulong* source = values, destination = working)
        {
            for (int i = 0; i < values.Length; i += TLanes.Count)
            {
                TLanes.LoadWords(source + i).Store((double*)destination + i);
            }
        }
    }

    public override void GadgetProduct(
        ReadOnlySpan<ulong> working, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1, Span<ulong> r0, Span<ulong> r1)
    {
        int n = tables.Degree;
        CheckLengths(n, r0.Length, r1.Length, n);
        CheckLengths(working.Length / n, key0.Length, key1.Length, key0.Length);

        // A product is below (1/2 + 3/8) q; with the reduced sum before, nine of them stay below 8 q.
        const int LazyTerms = 8;
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* w = working, p0 = r0, p1 = r1)
        {
            for (int i = 0; i < n; i += TLanes.Count)
            {
                TLanes sum0 = TLanes.Broadcast(0);
                TLanes sum1 = sum0;
                int digit = 0;
                while (digit < key0.Length)
                {
                    int end = Math.Min(digit + LazyTerms, key0.Length);
                    for (; digit < end; digit++)
                    {
                        TLanes d = TLanes.Load((double*)w + ((long)digit * n) + i);
                        sum0 += q.Multiply(d, TLanes.LoadWords((ulong*)key0[digit] + i));
                        sum1 += q.Multiply(d, TLanes.LoadWords((ulong*)key1[digit] + i));
                    }

                    sum0 = q.Reduce(sum0);
                    sum1 = q.Reduce(sum1);
                }

                q.ToResidue(sum0).StoreWords(p0 + i);
                q.ToResidue(sum1).StoreWords(p1 + i);
            }
        }
    }

    public override void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, b.Length, r.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa = a, pb = b, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                // Both factors are below q: the product is at most (1/2 + 3/8) q in absolute value.
                q.ToResidue(q.Multiply(TLanes.LoadWords(pa + i), TLanes.LoadWords(pb + i))).StoreWords(pr + i);
            }
        }
    }

    public override void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, b.Length, r.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa = a, pb = b, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                TLanes product = q.Multiply(TLanes.LoadWords(pa + i), TLanes.LoadWords(pb + i));
                TLanes sum = TLanes.SubtractIfNotLess(q.ToResidue(product) + TLanes.LoadWords(pr + i), q.Value);
                sum.StoreWords(pr + i);
            }
        }
    }

    public override void MultiplyScalar(ReadOnlySpan<ulong> a, ulong w, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, a.Length, r.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes factor = TLanes.Broadcast(NttTables.Balance(w, Modulus));
        fixed (ulong* pa = a, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                q.ToResidue(q.Multiply(TLanes.LoadWords(pa + i), factor)).StoreWords(pr + i);
            }
        }
    }

    public override void Reduce(ReadOnlySpan<ulong> a, Modulus source, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, a.Length, r.Length);
        if (!source.FitsDouble)
        {
            Modulus modulus = Modulus;
            for (int i = 0; i < r.Length; i++)
            {
                r[i] = modulus.Reduce(a[i]);
            }

            return;
        }

        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa = a, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                q.ToResidue(q.Reduce(TLanes.LoadWords(pa + i))).StoreWords(pr + i);
            }
        }
    }

    public override void Tensor(
        ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2)
    {
        CheckLengths(tables.Degree, a0.Length, a1.Length, r0.Length);
        CheckLengths(tables.Degree, b0.Length, b1.Length, r1.Length);
        CheckLengths(tables.Degree, b0.Length, b1.Length, r2.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa0 = a0, pa1 = a1, pb0 = b0, pb1 = b1, pr0 = r0, pr1 = r1, pr2 = r2)
        {
            for (int i = 0; i < r0.Length; i += TLanes.Count)
            {
                TLanes x0 = TLanes.LoadWords(pa0 + i);
                TLanes x1 = TLanes.LoadWords(pa1 + i);
                TLanes y0 = TLanes.LoadWords(pb0 + i);
                TLanes y1 = TLanes.LoadWords(pb1 + i);
                q.ToResidue(q.Multiply(x0, y0)).StoreWords(pr0 + i);
                q.ToResidue(q.Reduce(q.Multiply(x0, y1) + q.Multiply(x1, y0))).StoreWords(pr1 + i);
                q.ToResidue(q.Multiply(x1, y1)).StoreWords(pr2 + i);
            }
        }
    }

    public override void TensorSquare(ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2)
    {
        CheckLengths(tables.Degree, a0.Length, a1.Length, r0.Length);
        CheckLengths(tables.Degree, a0.Length, r1.Length, r2.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* pa0 = a0, pa1 = a1, pr0 = r0, pr1 = r1, pr2 = r2)
        {
            for (int i = 0; i < r0.Length; i += TLanes.Count)
            {
                TLanes x0 = TLanes.LoadWords(pa0 + i);
                TLanes x1 = TLanes.LoadWords(pa1 + i);
                TLanes cross = q.Multiply(x0, x1);
                q.ToResidue(q.Multiply(x0, x0)).StoreWords(pr0 + i);
                q.ToResidue(q.Reduce(cross + cross)).StoreWords(pr1 + i);
                q.ToResidue(q.Multiply(x1, x1)).StoreWords(pr2 + i);
            }
        }
    }

    public override void DivideRound(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> r)
    {
        CheckLengths(tables.Degree, x.Length, last.Length, r.Length);
        if (!lastModulus.FitsDouble)
        {
            DivideRoundWide(x, last, lastModulus, inverse, r);
            return;
        }

        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes factor = TLanes.Broadcast(NttTables.Balance(inverse, Modulus));
        TLanes half = TLanes.Broadcast((lastModulus.Value - 1) / 2);
        fixed (ulong* px = x, pl = last, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                // |x + h - l| < 2^51: the product is at most (1/2 + 3/8) q in absolute value.
                TLanes difference = TLanes.LoadWords(px + i) + (half - TLanes.LoadWords(pl + i));
                q.ToResidue(q.Multiply(difference, factor)).StoreWords(pr + i);
            }
        }
    }

    public override void CentreLast(ReadOnlySpan<ulong> last, Modulus lastModulus, Span<ulong> r)
    {
        CheckLengths(tables.Degree, last.Length, last.Length, r.Length);
        if (!lastModulus.FitsDouble)
        {
            Modulus modulus = Modulus;
            ulong halfResidue = modulus.Reduce((lastModulus.Value - 1) / 2);
            for (int i = 0; i < r.Length; i++)
            {
                r[i] = modulus.Subtract(modulus.Reduce(last[i]), halfResidue);
            }

            return;
        }

        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes half = TLanes.Broadcast((lastModulus.Value - 1) / 2);
        fixed (ulong* pl = last, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                q.ToResidue(q.Reduce(TLanes.LoadWords(pl + i) - half)).StoreWords(pr + i);
            }
        }
    }

    public override void SubtractMultiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, ulong w, Span<ulong> r)
    {
        CheckLengths(tables.Degree, x.Length, y.Length, r.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes factor = TLanes.Broadcast(NttTables.Balance(w, Modulus));
        fixed (ulong* px = x, py = y, pr = r)
        {
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                q.ToResidue(q.Multiply(TLanes.LoadWords(px + i) - TLanes.LoadWords(py + i), factor)).StoreWords(pr + i);
            }
        }
    }

    // The dropped prime does not fit doubles: reduced word by word.
    private void DivideRoundWide(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> r)
    {
        Modulus q = Modulus;
        ulong half = q.Reduce((lastModulus.Value - 1) / 2);
        ShoupOperand factor = new(inverse, q);
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = factor.Multiply(q.Add(x[i], half) + q.Value - q.Reduce(last[i]), q);
        }
    }
}
