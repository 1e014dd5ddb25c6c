namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>The conversions in 128-bit integers, one coefficient at a time.</summary>
internal sealed class IntegerBehzKernels(int degree, BehzConstants constants) : BehzKernels
{

    public override void Extend(ReadOnlySpan<ulong> x, Span<ulong> auxiliary)
    {
        CheckLengths(degree, constants, x.Length, auxiliary.Length);
        Modulus[] from = constants.Moduli;
        Modulus[] to = constants.Auxiliary;
        Span<ulong> y = stackalloc ulong[from.Length + 1];
        for (int k = 0; k < degree; k++)
        {
            ulong r = 0;
            for (int i = 0; i < from.Length; i++)
            {
                y[i] = from[i].Multiply(x[(i * degree) + k], constants.ExtendScale[i]);
                r += y[i] * constants.ToTilde[i];
            }

            // The centred representative of r modulo 2^32.
            long centred = (int)(uint)r;
            for (int j = 0; j < to.Length; j++)
            {
                y[^1] = to[j].FromSigned(centred);
                auxiliary[(j * degree) + k] = Dot(y, constants.ExtendMatrix.AsSpan(j * y.Length, y.Length), to[j]);
            }
        }
    }

    public override void ScaleDown(ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> auxiliary, Span<ulong> result)
    {
        CheckLengths(degree, constants, w.Length, auxiliary.Length);
        CheckLengths(degree, constants, result.Length, auxiliary.Length);
        Modulus[] moduli = constants.Moduli;
        Modulus[] aux = constants.Auxiliary;
        Modulus msk = aux[^1];
        int last = aux.Length - 1;
        Span<ulong> y = stackalloc ulong[moduli.Length + 1];
        Span<ulong> v = stackalloc ulong[aux.Length];
        for (int k = 0; k < degree; k++)
        {
            for (int i = 0; i < moduli.Length; i++)
            {
                y[i] = moduli[i].Multiply(w[(i * degree) + k], constants.FloorScale[i]);
            }

            for (int j = 0; j < aux.Length; j++)
            {
                y[^1] = auxiliary[(j * degree) + k];
                v[j] = Dot(y, constants.FloorMatrix.AsSpan(j * y.Length, y.Length), aux[j]);
            }

            ulong alpha = msk.Add(v[last], Dot(v[..last], constants.ToMsk, msk));
            long centred = alpha > (msk.Value - 1) / 2 ? (long)alpha - (long)msk.Value : (long)alpha;
            for (int i = 0; i < moduli.Length; i++)
            {
                v[last] = moduli[i].FromSigned(centred);
                result[(i * degree) + k] = Dot(v, constants.ReturnMatrix.AsSpan(i * v.Length, v.Length), moduli[i]);
            }
        }
    }

    // At most 257 products of 110 bits (60 by 50): the sum fits 128 bits.
    private static ulong Dot(ReadOnlySpan<ulong> values, ReadOnlySpan<ulong> row, Modulus modulus)
    {
        UInt128 sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += (UInt128)values[i] * row[i];
        }

        return modulus.Reduce(sum);
    }
}
