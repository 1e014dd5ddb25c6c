using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>Doubles that hold integers to residues, and the rounding before it.</summary>
internal static unsafe class DoubleResidue
{
    private const int MantissaBits = 52;

    /// <summary>Multiplies, rounds half away from zero, and returns the largest magnitude (NaN or infinite if a value is).</summary>
    public static double ScaleAndRound(Span<double> values, double factor)
    {
        fixed (double* x = values)
        {
            int whole = values.Length & ~7;
            double largest = DoubleLanes512.IsSupported ? ScaleAndRound<DoubleLanes512>(x, whole, factor)
                : DoubleLanes256.IsSupported ? ScaleAndRound<DoubleLanes256>(x, whole, factor)
                : DoubleLanes128.IsSupported ? ScaleAndRound<DoubleLanes128>(x, whole, factor)
                : ScaleAndRound<DoubleLanes1>(x, whole, factor);

            // Math.Max keeps a NaN.
            return Math.Max(largest, ScaleAndRound<DoubleLanes1>(x + whole, values.Length - whole, factor));
        }
    }

    /// <summary>Residues of integers.</summary>
    /// <param name="values">Integers.</param>
    /// <param name="largest">At least the largest magnitude.</param>
    /// <param name="modulus">q.</param>
    /// <param name="residues">As many residues.</param>
    public static void Reduce(ReadOnlySpan<double> values, double largest, Modulus modulus, Span<ulong> residues)
    {
        // In lanes the quotient must stay exact.
        bool fits = modulus.FitsDouble && largest < modulus.Value * (double)(1L << (MantissaBits - 1));
        fixed (double* x = values)
        fixed (ulong* r = residues)
        {
            int whole = fits ? values.Length & ~7 : 0;
            if (DoubleLanes512.IsSupported)
            {
                Reduce<DoubleLanes512>(x, whole, modulus, r);
            }
            else if (DoubleLanes256.IsSupported)
            {
                Reduce<DoubleLanes256>(x, whole, modulus, r);
            }
            else if (DoubleLanes128.IsSupported)
            {
                Reduce<DoubleLanes128>(x, whole, modulus, r);
            }
            else
            {
                whole = 0;
            }

            for (int i = whole; i < values.Length; i++)
            {
                r[i] = Reduce(values[i], modulus);
            }
        }
    }

    /// <summary>The residue of one integer of any size.</summary>
    public static ulong Reduce(double value, Modulus modulus)
    {
        // value = mantissa 2^exponent; a magnitude below 2^62 is converted directly.
        double magnitude = Math.Abs(value);
        ulong residue;
        if (magnitude < 1L << 62)
        {
            residue = modulus.Reduce((ulong)magnitude);
        }
        else
        {
            int exponent = Math.ILogB(magnitude) - MantissaBits;
            residue = modulus.Multiply((ulong)Math.ScaleB(magnitude, -exponent), modulus.Pow(2, (ulong)exponent));
        }

        return value < 0 ? modulus.Negate(residue) : residue;
    }

    private static double ScaleAndRound<TLanes>(double* x, int count, double factor)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        TLanes scale = TLanes.Broadcast(factor);
        TLanes half = TLanes.Broadcast(0.5);
        TLanes zero = TLanes.Broadcast(0);
        TLanes largest = zero;
        TLanes notFinite = zero;
        for (int i = 0; i < count; i += TLanes.Count)
        {
            // On the magnitude: its floor, and one more where the fraction is not below one half; all of it exact.
            TLanes value = TLanes.Load(x + i) * scale;
            TLanes magnitude = TLanes.SelectIfNegative(value, zero - value, value);
            TLanes whole = TLanes.Floor(magnitude);
            TLanes fraction = magnitude - whole;
            TLanes halfStep = fraction - TLanes.SubtractIfNotLess(fraction, half);
            TLanes rounded = whole + (halfStep + halfStep);
            TLanes.SelectIfNegative(value, zero - rounded, rounded).Store(x + i);
            largest = TLanes.SelectIfNegative(largest - rounded, rounded, largest);

            // Zero times a number is zero, times an infinity or NaN it is NaN, and that stays.
            notFinite += value * zero;
        }

        double result = 0;
        double* lanes = stackalloc double[2 * TLanes.Count];
        largest.Store(lanes);
        notFinite.Store(lanes + TLanes.Count);
        for (int i = 0; i < TLanes.Count; i++)
        {
            result = Math.Max(result, lanes[i] + lanes[TLanes.Count + i]);
        }

        return result;
    }

    private static void Reduce<TLanes>(double* x, int count, Modulus modulus, ulong* residues)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        DoubleModulus<TLanes> q = new(modulus.Value);
        for (int i = 0; i < count; i += TLanes.Count)
        {
            // The first quotient may be off by one, the second is not.
            q.ToResidue(q.Reduce(q.Reduce(TLanes.Load(x + i)))).StoreWords(residues + i);
        }
    }
}
