namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>The loops of <see cref="PlainScaling"/>.</summary>
internal abstract class PlainScalingKernels
{
    /// <summary>c = c + round(q m / t), or minus.</summary>
    public abstract void AddScaled(ReadOnlySpan<ulong> message, Span<ulong> c, bool subtract);

    /// <summary>round(t x / q) mod t.</summary>
    public abstract void ScaleDown(ReadOnlySpan<ulong> phase, Span<ulong> message);

    /// <summary>In double precision where all moduli and the processor allow it, else in integers.</summary>
    public static PlainScalingKernels For(int degree, PlainScaling scaling)
    {
        if (scaling.Plain.FitsDouble && scaling.Moduli.All(q => q.FitsDouble))
        {
            if (DoubleLanes512.IsSupported && degree >= DoubleLanes512.Count)
            {
                return new DoublePlainScalingKernels<DoubleLanes512>(degree, scaling);
            }

            if (DoubleLanes256.IsSupported && degree >= DoubleLanes256.Count)
            {
                return new DoublePlainScalingKernels<DoubleLanes256>(degree, scaling);
            }

            if (DoubleLanes128.IsSupported && degree >= DoubleLanes128.Count)
            {
                return new DoublePlainScalingKernels<DoubleLanes128>(degree, scaling);
            }
        }

        return new IntegerPlainScalingKernels(degree, scaling);
    }

    /// <summary>Checks that the spans hold the limbs they should.</summary>
    protected static void CheckLengths(int degree, PlainScaling scaling, int message, int limbs)
    {
        if (message != degree || limbs != degree * scaling.Moduli.Length)
        {
            throw new ArgumentException($"{message} and {limbs} words are not one and {scaling.Moduli.Length} limbs of {degree}");
        }
    }
}
