namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Transforms joined with what stands before and after them: the values between stay doubles.</summary>
internal sealed unsafe partial class DoubleLimbKernels<TLanes>
{
    public override void ForwardWorking(ReadOnlySpan<ulong> a, Span<ulong> working)
    {
        CheckLengths(tables.Degree, a.Length, a.Length, working.Length);
        fixed (ulong* source = a, destination = working)
        {
            tables.ForwardDouble<TLanes, WordFormat<TLanes>, DoubleFormat<TLanes>>((double*)source, (double*)destination);
        }
    }

    public override void Convolve(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> working, Span<ulong> r)
    {
        CheckLengths(tables.Degree, a.Length, working.Length, r.Length);
        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        fixed (ulong* source = a, factors = working, destination = r)
        {
            double* x = (double*)destination;
            double* w = (double*)factors;
            tables.ForwardDouble<TLanes, WordFormat<TLanes>, DoubleFormat<TLanes>>((double*)source, x);
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                // Both are reduced: the product is at most (1/2 + 3/32) q.
                q.Multiply(TLanes.Load(x + i), TLanes.Load(w + i)).Store(x + i);
            }

            tables.InverseDouble<TLanes, DoubleFormat<TLanes>, WordFormat<TLanes>>(x, x);
        }
    }

    public override void DivideRoundValues(
        ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> work, Span<ulong> r)
    {
        CheckLengths(tables.Degree, x.Length, last.Length, r.Length);
        CheckLengths(tables.Degree, work.Length, last.Length, r.Length);
        if (!lastModulus.FitsDouble)
        {
            CentreLast(last, lastModulus, work);
            Forward(work, work);
            SubtractMultiply(x, work, inverse, r);
            return;
        }

        DoubleModulus<TLanes> q = new(tables.DoubleValue);
        TLanes factor = TLanes.Broadcast(NttTables.Balance(inverse, Modulus));
        TLanes half = TLanes.Broadcast((lastModulus.Value - 1) / 2);
        fixed (ulong* px = x, pl = last, pw = work, pr = r)
        {
            double* y = (double*)pw;
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                q.Reduce(TLanes.LoadWords(pl + i) - half).Store(y + i);
            }

            tables.ForwardDouble<TLanes, DoubleFormat<TLanes>, DoubleFormat<TLanes>>(y, y);
            for (int i = 0; i < r.Length; i += TLanes.Count)
            {
                // |x - y| is at most 3/2 q, the factor balanced: the product stays below q.
                q.ToResidue(q.Multiply(TLanes.LoadWords(px + i) - TLanes.Load(y + i), factor)).StoreWords(pr + i);
            }
        }
    }
}
