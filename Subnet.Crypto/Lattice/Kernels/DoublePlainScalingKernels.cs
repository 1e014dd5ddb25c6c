namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Plain scaling in double precision, a vector of coefficients at a time, for t and primes below 2^50.</summary>
internal sealed unsafe class DoublePlainScalingKernels<TLanes> : PlainScalingKernels
    where TLanes : struct, IDoubleLanes<TLanes>
{
    private const int LazyTerms = 4;

    private readonly int _degree;
    private readonly PlainScaling _scaling;
    private readonly double[] _moduli;
    private readonly double[] _delta;
    private readonly double[] _inverses;

    public DoublePlainScalingKernels(int degree, PlainScaling scaling)
    {
        _degree = degree;
        _scaling = scaling;
        _moduli = [.. scaling.Moduli.Select(q => (double)q.Value)];
        _delta = [.. scaling.Delta.Select((d, i) => NttTables.Balance(d, scaling.Moduli[i]))];
        _inverses = [.. scaling.Inverses.Select((d, i) => NttTables.Balance(d, scaling.Moduli[i]))];
    }

    public override void AddScaled(ReadOnlySpan<ulong> message, Span<ulong> c, bool subtract)
    {
        CheckLengths(_degree, _scaling, message.Length, c.Length);
        DoubleModulus<TLanes> t = new(_scaling.Plain.Value);
        TLanes remainder = TLanes.Broadcast(_scaling.Remainder);
        TLanes half = TLanes.Broadcast(_scaling.Half);
        TLanes sign = TLanes.Broadcast(subtract ? -1.0 : 1.0);
        fixed (ulong* source = message, destination = c)
        {
            for (int k = 0; k < _degree; k += TLanes.Count)
            {
                TLanes m = TLanes.LoadWords(source + k);

                // fix = floor(((q mod t) m + half) / t): the nearest quotient first, then one more or less by the rest.
                TLanes high = remainder * m;
                TLanes fix = TLanes.Round(high * t.Inverse);
                TLanes rest = TLanes.SubtractProduct(high, fix, t.Value) + TLanes.MultiplySubtract(remainder, m, high) + half;
                TLanes canonical = TLanes.SubtractIfNotLess(TLanes.AddIfNegative(rest, t.Value), t.Value);
                fix += TLanes.Round((rest - canonical) * t.Inverse);
                for (int i = 0; i < _moduli.Length; i++)
                {
                    DoubleModulus<TLanes> q = new(_moduli[i]);
                    ulong* word = destination + ((long)i * _degree) + k;
                    TLanes scaled = q.Multiply(m, TLanes.Broadcast(_delta[i])) + fix;
                    q.ToResidue(q.Reduce(TLanes.MultiplyAdd(scaled, sign, TLanes.LoadWords(word)))).StoreWords(word);
                }
            }
        }
    }

    public override void ScaleDown(ReadOnlySpan<ulong> phase, Span<ulong> message)
    {
        CheckLengths(_degree, _scaling, message.Length, phase.Length);
        DoubleModulus<TLanes> t = new(_scaling.Plain.Value);
        fixed (ulong* source = phase, destination = message)
        {
            for (int k = 0; k < _degree; k += TLanes.Count)
            {
                TLanes whole = TLanes.Broadcast(0);
                TLanes fraction = whole;
                for (int i = 0; i < _moduli.Length; i++)
                {
                    DoubleModulus<TLanes> q = new(_moduli[i]);
                    TLanes y = q.ToResidue(q.Multiply(TLanes.LoadWords(source + ((long)i * _degree) + k), TLanes.Broadcast(_inverses[i])));
                    TLanes high = y * t.Value;
                    TLanes quotient = TLanes.Round(high * q.Inverse);
                    TLanes rest = TLanes.SubtractProduct(high, quotient, q.Value) + TLanes.MultiplySubtract(y, t.Value, high);
                    whole += quotient;
                    fraction += rest * q.Inverse;
                    if (i % LazyTerms == LazyTerms - 1)
                    {
                        whole = t.Reduce(whole);
                    }
                }

                t.ToResidue(t.Reduce(whole + TLanes.Round(fraction))).StoreWords(destination + k);
            }
        }
    }
}
