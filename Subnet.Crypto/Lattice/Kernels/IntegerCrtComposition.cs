namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Composition in integers, one coefficient at a time.</summary>
internal sealed class IntegerCrtComposition(int degree, Modulus[] moduli) : CrtComposition
{
    private readonly ShoupOperand[] _inverses = Prepare(moduli);

    public override void Compose(ReadOnlySpan<ulong> limbs, double factor, Span<double> values)
    {
        Span<long> digits = stackalloc long[moduli.Length];
        for (int k = 0; k < degree; k++)
        {
            for (int j = 0; j < moduli.Length; j++)
            {
                Modulus q = moduli[j];
                ulong t = limbs[(j * degree) + k];
                for (int i = 0; i < j; i++)
                {
                    t = _inverses[(j * (j - 1) / 2) + i].Multiply(q.Subtract(t, q.FromSigned(digits[i])), q);
                }

                long above = ((long)(q.Value / 2) - (long)t) >> 63;
                digits[j] = (long)t - (above & (long)q.Value);
            }

            double value = digits[^1];
            for (int j = moduli.Length - 2; j >= 0; j--)
            {
                value = (value * moduli[j].Value) + digits[j];
            }

            values[k] = value * factor;
        }
    }

    private static ShoupOperand[] Prepare(Modulus[] moduli)
    {
        ulong[] inverses = Inverses(moduli);
        List<ShoupOperand> operands = [];
        for (int j = 1; j < moduli.Length; j++)
        {
            for (int i = 0; i < j; i++)
            {
                operands.Add(new ShoupOperand(inverses[operands.Count], moduli[j]));
            }
        }

        return [.. operands];
    }
}
