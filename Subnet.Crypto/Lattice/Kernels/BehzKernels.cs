namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>The conversions of <see cref="BehzBase"/> over whole polynomials, limb after limb in coefficient form.</summary>
internal abstract class BehzKernels
{
    /// <summary>From the primes of the level to the auxiliary ones.</summary>
    public abstract void Extend(ReadOnlySpan<ulong> x, Span<ulong> auxiliary);

    /// <summary>Floor of t w / q, and back to the primes of the level.</summary>
    public abstract void ScaleDown(ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> auxiliary, Span<ulong> result);

    /// <summary>In double precision where all primes and the processor allow it, else in integers.</summary>
    public static BehzKernels For(int degree, BehzConstants constants)
    {
        if (constants.Moduli.All(q => q.FitsDouble) && constants.Auxiliary.All(p => p.FitsDouble))
        {
            if (DoubleLanes512.IsSupported && degree >= DoubleLanes512.Count)
            {
                return new DoubleBehzKernels<DoubleLanes512>(degree, constants);
            }

            if (DoubleLanes256.IsSupported && degree >= DoubleLanes256.Count)
            {
                return new DoubleBehzKernels<DoubleLanes256>(degree, constants);
            }

            if (DoubleLanes128.IsSupported && degree >= DoubleLanes128.Count)
            {
                return new DoubleBehzKernels<DoubleLanes128>(degree, constants);
            }
        }

        return new IntegerBehzKernels(degree, constants);
    }

    /// <summary>Checks that the spans hold the limbs they should.</summary>
    protected static void CheckLengths(int degree, BehzConstants constants, int x, int auxiliary)
    {
        if (x != degree * constants.Moduli.Length || auxiliary != degree * constants.Auxiliary.Length)
        {
            throw new ArgumentException(
                $"{x} and {auxiliary} words are not {constants.Moduli.Length} and {constants.Auxiliary.Length} limbs of {degree}");
        }
    }
}
