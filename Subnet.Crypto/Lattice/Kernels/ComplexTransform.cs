namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// The transform behind CKKS slots: a real polynomial m of degree below N is folded into M = N/2 complex coefficients
/// c_k = m_k + i m_(k+M) and evaluated at zeta^e for the exponents e = 1 mod 4, zeta = exp(pi i / N), where X^M = i. The other
/// odd exponents give the conjugates. It has the shape of the negacyclic transform: value p stands at exponent 1 + 4 rev(p).
/// </summary>
/// <remarks>
/// Sums and products are separate operations in a fixed order, without fused multiply-add, so every machine gives the same
/// bits. Real and imaginary parts stand in arrays of their own. Immutable and safe for concurrent use.
/// </remarks>
internal abstract class ComplexTransform
{
    /// <summary>M = N/2 values.</summary>
    public abstract int Count { get; }

    /// <summary>Coefficients to values, in place.</summary>
    public abstract void Forward(Span<double> real, Span<double> imaginary);

    /// <summary>Values to coefficients times M, in place.</summary>
    public abstract void InverseUnscaled(Span<double> real, Span<double> imaginary);

    /// <summary>The transform for polynomials of degree below N, in the widest registers there are.</summary>
    public static ComplexTransform For(int degree)
    {
        int count = degree / 2;
        if (DoubleLanes512.IsSupported && count >= 2 * DoubleLanes512.Count)
        {
            return new ComplexTransform<DoubleLanes512>(count);
        }

        if (DoubleLanes256.IsSupported && count >= 2 * DoubleLanes256.Count)
        {
            return new ComplexTransform<DoubleLanes256>(count);
        }

        if (DoubleLanes128.IsSupported && count >= 2 * DoubleLanes128.Count)
        {
            return new ComplexTransform<DoubleLanes128>(count);
        }

        return new ComplexTransform<DoubleLanes1>(count);
    }
}
