using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>The conversions in double precision, a vector of coefficients at a time, for primes below 2^50.</summary>
/// <remarks>Inputs are residues below 2^50 and constants balanced, so a product is at most (1/2 + 3/16) p; ten and a reduced sum fit 8p.</remarks>
internal sealed unsafe class DoubleBehzKernels<TLanes> : BehzKernels
    where TLanes : struct, IDoubleLanes<TLanes>
{
    private const int LazyTerms = 8;
    private const double MTilde = BehzBase.MTilde;

    private readonly int _degree;
    private readonly BehzConstants _constants;
    private readonly double[] _moduli;
    private readonly double[] _auxiliary;
    private readonly double[] _extendScale;
    private readonly double[] _toTilde;
    private readonly double[] _extendMatrix;
    private readonly double[] _floorScale;
    private readonly double[] _floorMatrix;
    private readonly double[] _toMsk;
    private readonly double[] _returnMatrix;

    public DoubleBehzKernels(int degree, BehzConstants constants)
    {
        _degree = degree;
        _constants = constants;
        int inputs = constants.Moduli.Length;
        int outputs = constants.Auxiliary.Length;
        Modulus msk = constants.Auxiliary[^1];
        _moduli = [.. constants.Moduli.Select(q => (double)q.Value)];
        _auxiliary = [.. constants.Auxiliary.Select(p => (double)p.Value)];
        _extendScale = Balance(constants.ExtendScale, i => constants.Moduli[i]);
        _toTilde = Balance(constants.ToTilde, _ => new Modulus(BehzBase.MTilde));
        _extendMatrix = Balance(constants.ExtendMatrix, i => constants.Auxiliary[i / (inputs + 1)]);
        _floorScale = Balance(constants.FloorScale, i => constants.Moduli[i]);
        _floorMatrix = Balance(constants.FloorMatrix, i => constants.Auxiliary[i / (inputs + 1)]);
        _toMsk = Balance(constants.ToMsk, _ => msk);
        _returnMatrix = Balance(constants.ReturnMatrix, i => constants.Moduli[i / outputs]);
    }

    public override void Extend(ReadOnlySpan<ulong> x, Span<ulong> auxiliary)
    {
        CheckLengths(_degree, _constants, x.Length, auxiliary.Length);
        int inputs = _moduli.Length;
        int outputs = _auxiliary.Length;
        double* y = stackalloc double[(inputs + 1) * TLanes.Count];
        fixed (ulong* source = x, destination = auxiliary)
        {
            for (int k = 0; k < _degree; k += TLanes.Count)
            {
                ScaleInputs(source + k, _extendScale, y);
                TLanes r = TLanes.Broadcast(0);
                DoubleModulus<TLanes> tilde = new(MTilde);
                for (int i = 0; i < inputs; i++)
                {
                    r += tilde.Multiply(TLanes.Load(y + (i * TLanes.Count)), TLanes.Broadcast(_toTilde[i]));
                }

                // Centred in [-2^31, 2^31): exact, since dividing by a power of two is.
                TLanes half = TLanes.Broadcast(0.5);
                r = TLanes.SubtractProduct(r, TLanes.Floor(TLanes.MultiplyAdd(r, tilde.Inverse, half)), tilde.Value);
                r.Store(y + (inputs * TLanes.Count));
                for (int j = 0; j < outputs; j++)
                {
                    DoubleModulus<TLanes> p = new(_auxiliary[j]);
                    TLanes sum = Dot(y, inputs + 1, _extendMatrix, j * (inputs + 1), p);
                    p.ToResidue(p.Reduce(sum)).StoreWords(destination + ((long)j * _degree) + k);
                }
            }
        }
    }

    public override void ScaleDown(ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> auxiliary, Span<ulong> result)
    {
        CheckLengths(_degree, _constants, w.Length, auxiliary.Length);
        CheckLengths(_degree, _constants, result.Length, auxiliary.Length);
        int inputs = _moduli.Length;
        int outputs = _auxiliary.Length;
        double* y = stackalloc double[(inputs + 1) * TLanes.Count];
        double* v = stackalloc double[outputs * TLanes.Count];
        double* own = y + (inputs * TLanes.Count);
        double* last = v + ((outputs - 1) * TLanes.Count);
        fixed (ulong* source = w, carried = auxiliary, destination = result)
        {
            for (int k = 0; k < _degree; k += TLanes.Count)
            {
                ScaleInputs(source + k, _floorScale, y);
                for (int j = 0; j < outputs; j++)
                {
                    DoubleModulus<TLanes> p = new(_auxiliary[j]);
                    TLanes.LoadWords(carried + ((long)j * _degree) + k).Store(own);
                    TLanes sum = Dot(y, inputs + 1, _floorMatrix, j * (inputs + 1), p);
                    p.ToResidue(p.Reduce(sum)).Store(v + (j * TLanes.Count));
                }

                DoubleModulus<TLanes> msk = new(_auxiliary[^1]);
                TLanes alpha = TLanes.Load(last) + Dot(v, outputs - 1, _toMsk, 0, msk);
                msk.Reduce(alpha).Store(last);
                for (int i = 0; i < inputs; i++)
                {
                    DoubleModulus<TLanes> q = new(_moduli[i]);
                    TLanes sum = Dot(v, outputs, _returnMatrix, i * outputs, q);
                    q.ToResidue(q.Reduce(sum)).StoreWords(destination + ((long)i * _degree) + k);
                }
            }
        }
    }

    /// <summary>y_i = [x_i scale_i], the representative in [0, q_i) that the conversion without correction needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScaleInputs(ulong* x, double[] scale, double* y)
    {
        for (int i = 0; i < _moduli.Length; i++)
        {
            DoubleModulus<TLanes> q = new(_moduli[i]);
            TLanes product = q.Multiply(TLanes.LoadWords(x + ((long)i * _degree)), TLanes.Broadcast(scale[i]));
            q.ToResidue(product).Store(y + (i * TLanes.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Dot(double* values, int count, double[] matrix, int row, DoubleModulus<TLanes> p)
    {
        TLanes sum = TLanes.Broadcast(0);
        for (int i = 0; i < count; i++)
        {
            sum += p.Multiply(TLanes.Load(values + (i * TLanes.Count)), TLanes.Broadcast(matrix[row + i]));
            if (i % LazyTerms == LazyTerms - 1)
            {
                sum = p.Reduce(sum);
            }
        }

        return sum;
    }

    private static double[] Balance(ulong[] residues, Func<int, Modulus> modulus) =>
        [.. residues.Select((residue, i) => NttTables.Balance(residue, modulus(i)))];
}
