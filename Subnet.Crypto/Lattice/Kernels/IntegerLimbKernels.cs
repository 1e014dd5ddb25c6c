namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Limb operations in 64-bit integers, one word at a time: for every prime up to 61 bits, and the oracle of the others.</summary>
internal sealed partial class IntegerLimbKernels(NttTables tables) : LimbKernels
{
    // Products of two 61-bit residues have 122 bits: 64 of them fit 128, or 63 and a residue.
    private const int MostTerms = 63;

    public override Modulus Modulus => tables.Modulus;

    public override bool IsDouble => false;

    public override void Forward(ReadOnlySpan<ulong> a, Span<ulong> r)
    {
        a.CopyTo(r);
        tables.ForwardInteger(r);
    }

    public override void Inverse(ReadOnlySpan<ulong> a, Span<ulong> r)
    {
        a.CopyTo(r);
        tables.InverseInteger(r);
    }

    public override void LiftCentred(ReadOnlySpan<ulong> message, Modulus plain, Span<ulong> r)
    {
        CheckLengths(r.Length, message.Length, message.Length, r.Length);
        LiftCentred(message, plain, Modulus, r);
    }

    /// <summary>The loop, for every pair of moduli; without a branch on the message.</summary>
    internal static void LiftCentred(ReadOnlySpan<ulong> message, Modulus plain, Modulus q, Span<ulong> r)
    {
        ulong half = (plain.Value + 1) / 2;
        ulong t = q.Reduce(plain.Value);
        for (int i = 0; i < r.Length; i++)
        {
            ulong m = message[i];
            ulong isNegative = (ulong)((long)(half - 1 - m) >> 63);
            r[i] = q.Subtract(q.Reduce(m), t & isNegative);
        }
    }

    public override void ExtendDigit(ReadOnlySpan<ulong> digit, Modulus sourceModulus, Span<ulong> working)
    {
        Reduce(digit, sourceModulus, working);
        tables.ForwardInteger(working);
    }

    public override void ImportDigit(ReadOnlySpan<ulong> values, Span<ulong> working) => values.CopyTo(working);

    public override unsafe void GadgetProduct(
        ReadOnlySpan<ulong> working, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1, Span<ulong> r0, Span<ulong> r1)
    {
        int n = tables.Degree;
        CheckLengths(n, r0.Length, r1.Length, n);
        CheckLengths(working.Length / n, key0.Length, key1.Length, key0.Length);

        Modulus q = Modulus;
        for (int i = 0; i < n; i++)
        {
            UInt128 sum0 = 0;
            UInt128 sum1 = 0;
            int digit = 0;
            while (digit < key0.Length)
            {
                int end = Math.Min(digit + MostTerms, key0.Length);
                for (; digit < end; digit++)
                {
                    UInt128 d = working[(digit * n) + i];
                    sum0 += d * ((ulong*)key0[digit])[i];
                    sum1 += d * ((ulong*)key1[digit])[i];
                }

                sum0 = q.Reduce(sum0);
                sum1 = q.Reduce(sum1);
            }

            r0[i] = (ulong)sum0;
            r1[i] = (ulong)sum1;
        }
    }

    public override void ForwardWorking(ReadOnlySpan<ulong> a, Span<ulong> working) => Forward(a, working);

    public override void Convolve(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> working, Span<ulong> r)
    {
        Forward(a, r);
        Multiply(r, working, r);
        Inverse(r, r);
    }

    public override void DivideRoundValues(
        ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> work, Span<ulong> r)
    {
        CentreLast(last, lastModulus, work);
        Forward(work, work);
        SubtractMultiply(x, work, inverse, r);
    }

    public override void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r)
    {
        CheckLengths(r.Length, a.Length, b.Length, r.Length);
        Modulus q = Modulus;
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = q.Multiply(a[i], b[i]);
        }
    }

    public override void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r)
    {
        CheckLengths(r.Length, a.Length, b.Length, r.Length);
        Modulus q = Modulus;
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = q.Reduce(((UInt128)a[i] * b[i]) + r[i]);
        }
    }

    public override void MultiplyScalar(ReadOnlySpan<ulong> a, ulong w, Span<ulong> r)
    {
        CheckLengths(r.Length, a.Length, a.Length, r.Length);
        Modulus q = Modulus;
        ShoupOperand factor = new(w, q);
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = factor.Multiply(a[i], q);
        }
    }

    public override void Reduce(ReadOnlySpan<ulong> a, Modulus source, Span<ulong> r)
    {
        CheckLengths(r.Length, a.Length, a.Length, r.Length);
        Modulus q = Modulus;
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = q.Reduce(a[i]);
        }
    }

    public override void Tensor(
        ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2)
    {
        CheckLengths(r0.Length, a0.Length, a1.Length, r1.Length);
        CheckLengths(r0.Length, b0.Length, b1.Length, r2.Length);
        Modulus q = Modulus;
        for (int i = 0; i < r0.Length; i++)
        {
            UInt128 x0 = a0[i];
            UInt128 x1 = a1[i];
            ulong y0 = b0[i];
            ulong y1 = b1[i];
            r0[i] = q.Reduce(x0 * y0);
            r1[i] = q.Reduce((x0 * y1) + (x1 * y0));
            r2[i] = q.Reduce(x1 * y1);
        }
    }

    public override void TensorSquare(ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2)
    {
        CheckLengths(r0.Length, a0.Length, a1.Length, r1.Length);
        CheckLengths(r0.Length, a0.Length, a1.Length, r2.Length);
        Modulus q = Modulus;
        for (int i = 0; i < r0.Length; i++)
        {
            ulong x0 = a0[i];
            ulong x1 = a1[i];
            r0[i] = q.Multiply(x0, x0);
            r1[i] = q.Multiply(2 * x0, x1);
            r2[i] = q.Multiply(x1, x1);
        }
    }

    public override void DivideRound(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> r)
    {
        CheckLengths(r.Length, x.Length, last.Length, r.Length);
        Modulus q = Modulus;
        ulong half = q.Reduce((lastModulus.Value - 1) / 2);
        ShoupOperand factor = new(inverse, q);
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = factor.Multiply(q.Add(x[i], half) + q.Value - q.Reduce(last[i]), q);
        }
    }

    public override void CentreLast(ReadOnlySpan<ulong> last, Modulus lastModulus, Span<ulong> r)
    {
        CheckLengths(r.Length, last.Length, last.Length, r.Length);
        Modulus q = Modulus;
        ulong half = q.Reduce((lastModulus.Value - 1) / 2);
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = q.Subtract(q.Reduce(last[i]), half);
        }
    }

    public override void SubtractMultiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, ulong w, Span<ulong> r)
    {
        CheckLengths(r.Length, x.Length, y.Length, r.Length);
        Modulus q = Modulus;
        ShoupOperand factor = new(w, q);
        for (int i = 0; i < r.Length; i++)
        {
            r[i] = factor.Multiply(x[i] + q.Value - y[i], q);
        }
    }
}
