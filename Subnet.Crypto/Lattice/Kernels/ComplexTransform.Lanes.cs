using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <inheritdoc cref="ComplexTransform"/>
internal sealed unsafe class ComplexTransform<TLanes> : ComplexTransform
    where TLanes : struct, IDoubleLanes<TLanes>
{
    // Entry m + g is the square root of the point of group g of m: zeta^((M / 2m) (1 + 4 rev(g))).
    private readonly double[] _real;
    private readonly double[] _imaginary;

    /// <summary>Precomputes M roots.</summary>
    public ComplexTransform(int count)
    {
        Count = count;
        _real = new double[count];
        _imaginary = new double[count];
        for (int groups = 1, log = 0; groups < count; groups *= 2, log++)
        {
            for (int group = 0; group < groups; group++)
            {
                long exponent = (long)(count / (2 * groups)) * (1 + (4L * NttTables.ReverseBits(group, log)));
                (_imaginary[groups + group], _real[groups + group]) = Root(exponent, 2 * count);
            }
        }
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override void Forward(Span<double> real, Span<double> imaginary)
    {
        CheckLengths(real.Length, imaginary.Length);
        fixed (double* re = real, im = imaginary, wr = _real, wi = _imaginary)
        {
            int length = Count;
            int groups = 1;
            for (; length >= 2 * TLanes.Count; length /= 2, groups *= 2)
            {
                ForwardPass(re, im, groups, length, wr + groups, wi + groups);
            }

            for (int pair = 0; TLanes.Count > 1 && pair < groups; pair += 2)
            {
                ForwardInRegisters(re + ((long)pair * TLanes.Count), im + ((long)pair * TLanes.Count), groups, pair, wr, wi);
            }
        }
    }

    /// <inheritdoc/>
    public override void InverseUnscaled(Span<double> real, Span<double> imaginary)
    {
        CheckLengths(real.Length, imaginary.Length);
        fixed (double* re = real, im = imaginary, wr = _real, wi = _imaginary)
        {
            int groups = Count / TLanes.Count;
            for (int pair = 0; TLanes.Count > 1 && pair < groups; pair += 2)
            {
                InverseInRegisters(re + ((long)pair * TLanes.Count), im + ((long)pair * TLanes.Count), groups, pair, wr, wi);
            }

            int length = 2 * TLanes.Count;
            for (groups /= 2; groups >= 1; groups /= 2, length *= 2)
            {
                InversePass(re, im, groups, length, wr + groups, wi + groups);
            }
        }
    }

    /// <summary>(sin, cos) of pi exponent / degree with the argument brought into the first octant, where both are most exact.</summary>
    private static (double Sin, double Cos) Root(long exponent, int degree)
    {
        exponent &= (2L * degree) - 1;
        (double sin, double cos) = (exponent % degree) switch
        {
            var e when 4 * e <= degree => Math.SinCos(Math.PI * e / degree),
            var e when 4 * e <= 3L * degree => Quarter(Math.SinCos(Math.PI * (e - (degree / 2)) / degree)),
            var e => Half(Math.SinCos(Math.PI * (e - degree) / degree)),
        };
        return exponent < degree ? (sin, cos) : (-sin, -cos);

        static (double Sin, double Cos) Quarter((double Sin, double Cos) x) => (x.Cos, -x.Sin);

        static (double Sin, double Cos) Half((double Sin, double Cos) x) => (-x.Sin, -x.Cos);
    }

    private static void ForwardPass(double* re, double* im, int groups, int length, double* wr, double* wi)
    {
        int half = length / 2;
        for (int group = 0; group < groups; group++)
        {
            TLanes r = TLanes.Broadcast(wr[group]);
            TLanes i = TLanes.Broadcast(wi[group]);
            double* a = re + ((long)group * length);
            double* b = im + ((long)group * length);
            for (int k = 0; k < half; k += TLanes.Count)
            {
                TLanes ur = TLanes.Load(a + k);
                TLanes ui = TLanes.Load(b + k);
                Multiply(TLanes.Load(a + half + k), TLanes.Load(b + half + k), r, i, out TLanes vr, out TLanes vi);
                (ur + vr).Store(a + k);
                (ui + vi).Store(b + k);
                (ur - vr).Store(a + half + k);
                (ui - vi).Store(b + half + k);
            }
        }
    }

    private static void InversePass(double* re, double* im, int groups, int length, double* wr, double* wi)
    {
        int half = length / 2;
        TLanes zero = TLanes.Broadcast(0);
        for (int group = 0; group < groups; group++)
        {
            TLanes r = TLanes.Broadcast(wr[group]);
            TLanes i = zero - TLanes.Broadcast(wi[group]);
            double* a = re + ((long)group * length);
            double* b = im + ((long)group * length);
            for (int k = 0; k < half; k += TLanes.Count)
            {
                TLanes ur = TLanes.Load(a + k);
                TLanes ui = TLanes.Load(b + k);
                TLanes vr = TLanes.Load(a + half + k);
                TLanes vi = TLanes.Load(b + half + k);
                (ur + vr).Store(a + k);
                (ui + vi).Store(b + k);
                Multiply(ur - vr, ui - vi, r, i, out TLanes dr, out TLanes di);
                dr.Store(a + half + k);
                di.Store(b + half + k);
            }
        }
    }

    private static void ForwardInRegisters(double* re, double* im, int groups, int pair, double* wr, double* wi)
    {
        Vectors x = new(re, im);
        Vectors y = new(re + TLanes.Count, im + TLanes.Count);
        if (TLanes.Count == 8)
        {
            ForwardStage(ref x, ref y, 4, wr + groups + pair, wi + groups + pair);
            ForwardStage(ref x, ref y, 2, wr + (2 * (groups + pair)), wi + (2 * (groups + pair)));
            ForwardStage(ref x, ref y, 1, wr + (4 * (groups + pair)), wi + (4 * (groups + pair)));
        }
        else if (TLanes.Count == 4)
        {
            ForwardStage(ref x, ref y, 2, wr + groups + pair, wi + groups + pair);
            ForwardStage(ref x, ref y, 1, wr + (2 * (groups + pair)), wi + (2 * (groups + pair)));
        }
        else
        {
            ForwardStage(ref x, ref y, 1, wr + groups + pair, wi + groups + pair);
        }

        TLanes.Interleave(x.Real, y.Real, out TLanes lowReal, out TLanes highReal);
        TLanes.Interleave(x.Imaginary, y.Imaginary, out TLanes lowImaginary, out TLanes highImaginary);
        lowReal.Store(re);
        highReal.Store(re + TLanes.Count);
        lowImaginary.Store(im);
        highImaginary.Store(im + TLanes.Count);
    }

    private static void InverseInRegisters(double* re, double* im, int groups, int pair, double* wr, double* wi)
    {
        TLanes.Deinterleave(TLanes.Load(re), TLanes.Load(re + TLanes.Count), out TLanes xr, out TLanes yr);
        TLanes.Deinterleave(TLanes.Load(im), TLanes.Load(im + TLanes.Count), out TLanes xi, out TLanes yi);
        Vectors x = new(xr, xi);
        Vectors y = new(yr, yi);
        if (TLanes.Count == 8)
        {
            InverseStage(ref x, ref y, 1, wr + (4 * (groups + pair)), wi + (4 * (groups + pair)));
            InverseStage(ref x, ref y, 2, wr + (2 * (groups + pair)), wi + (2 * (groups + pair)));
            InverseStage(ref x, ref y, 4, wr + groups + pair, wi + groups + pair);
        }
        else if (TLanes.Count == 4)
        {
            InverseStage(ref x, ref y, 1, wr + (2 * (groups + pair)), wi + (2 * (groups + pair)));
            InverseStage(ref x, ref y, 2, wr + groups + pair, wi + groups + pair);
        }
        else
        {
            InverseStage(ref x, ref y, 1, wr + groups + pair, wi + groups + pair);
        }

        x.Real.Store(re);
        x.Imaginary.Store(im);
        y.Real.Store(re + TLanes.Count);
        y.Imaginary.Store(im + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardStage(ref Vectors x, ref Vectors y, int chunk, double* wr, double* wi)
    {
        TLanes.Exchange(x.Real, y.Real, chunk, out TLanes ur, out TLanes vr);
        TLanes.Exchange(x.Imaginary, y.Imaginary, chunk, out TLanes ui, out TLanes vi);
        Multiply(vr, vi, TLanes.LoadRepeated(wr, chunk), TLanes.LoadRepeated(wi, chunk), out vr, out vi);
        x = new(ur + vr, ui + vi);
        y = new(ur - vr, ui - vi);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseStage(ref Vectors x, ref Vectors y, int chunk, double* wr, double* wi)
    {
        TLanes conjugate = TLanes.Broadcast(0) - TLanes.LoadRepeated(wi, chunk);
        Multiply(
            x.Real - y.Real, x.Imaginary - y.Imaginary, TLanes.LoadRepeated(wr, chunk), conjugate, out TLanes productReal, out TLanes productImaginary);
        TLanes.Exchange(x.Real + y.Real, productReal, chunk, out TLanes xr, out TLanes yr);
        TLanes.Exchange(x.Imaginary + y.Imaginary, productImaginary, chunk, out TLanes xi, out TLanes yi);
        x = new(xr, xi);
        y = new(yr, yi);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(TLanes ar, TLanes ai, TLanes wr, TLanes wi, out TLanes real, out TLanes imaginary)
    {
        real = (ar * wr) - (ai * wi);
        imaginary = (ar * wi) + (ai * wr);
    }

    private void CheckLengths(int real, int imaginary)
    {
        if (real != Count || imaginary != Count)
        {
            throw new ArgumentException($"a transform of {Count} values works on as many, not {real} and {imaginary}");
        }
    }

    private readonly struct Vectors
    {
        public readonly TLanes Real;
        public readonly TLanes Imaginary;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vectors(TLanes real, TLanes imaginary)
        {
            Real = real;
            Imaginary = imaginary;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vectors(double* real, double* imaginary)
        {
            Real = TLanes.Load(real);
            Imaginary = TLanes.Load(imaginary);
        }
    }
}
