namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Composition in double precision, a vector of coefficients at a time, for primes below 2^50.</summary>
internal sealed unsafe class DoubleCrtComposition<TLanes> : CrtComposition
    where TLanes : struct, IDoubleLanes<TLanes>
{
    private readonly int _degree;
    private readonly double[] _moduli;
    private readonly double[] _inverses;

    public DoubleCrtComposition(int degree, Modulus[] moduli)
    {
        _degree = degree;
        _moduli = [.. moduli.Select(q => (double)q.Value)];
        ulong[] inverses = Inverses(moduli);
        _inverses = new double[inverses.Length];
        for (int j = 1; j < moduli.Length; j++)
        {
            for (int i = 0; i < j; i++)
            {
                int index = (j * (j - 1) / 2) + i;
                _inverses[index] = NttTables.Balance(inverses[index], moduli[j]);
            }
        }
    }

    public override void Compose(ReadOnlySpan<ulong> limbs, double factor, Span<double> values)
    {
        if (limbs.Length != _degree * _moduli.Length || values.Length != _degree)
        {
            throw new ArgumentException($"{limbs.Length} words are not {_moduli.Length} limbs of {_degree}, or {values.Length} values not as many");
        }

        double* digits = stackalloc double[_moduli.Length * TLanes.Count];
        TLanes scale = TLanes.Broadcast(factor);
        fixed (ulong* source = limbs)
        fixed (double* destination = values)
        {
            for (int k = 0; k < _degree; k += TLanes.Count)
            {
                for (int j = 0; j < _moduli.Length; j++)
                {
                    DoubleModulus<TLanes> q = new(_moduli[j]);
                    TLanes t = TLanes.LoadWords(source + ((long)j * _degree) + k);
                    int row = j * (j - 1) / 2;
                    for (int i = 0; i < j; i++)
                    {
                        t = q.Multiply(t - TLanes.Load(digits + (i * TLanes.Count)), TLanes.Broadcast(_inverses[row + i]));
                    }

                    // |t| < q: the quotient is 0, 1 or -1 and far enough from a tie to be rounded exactly (q is odd).
                    q.Reduce(t).Store(digits + (j * TLanes.Count));
                }

                TLanes value = TLanes.Load(digits + ((_moduli.Length - 1) * TLanes.Count));
                for (int j = _moduli.Length - 2; j >= 0; j--)
                {
                    value = (value * TLanes.Broadcast(_moduli[j])) + TLanes.Load(digits + (j * TLanes.Count));
                }

                (value * scale).Store(destination + k);
            }
        }
    }
}
