using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

public sealed partial class NttTables
{
    /// <summary>The limb operations for this prime on this machine.</summary>
    internal LimbKernels Kernels { get; }

    /// <summary>Coefficients in natural order to transform values in bit-reversed order, in place.</summary>
    /// <param name="values">N residues; replaced by N residues.</param>
    /// <exception cref="ArgumentException">The span has not N words.</exception>
    public void Forward(Span<ulong> values)
    {
        CheckLength(values.Length);
        Kernels.Forward(values, values);
    }

    /// <summary>Undoes <see cref="Forward"/>, the factor 1/N included, in place.</summary>
    /// <param name="values">N residues; replaced by N residues.</param>
    /// <exception cref="ArgumentException">The span has not N words.</exception>
    public void Inverse(Span<ulong> values)
    {
        CheckLength(values.Length);
        Kernels.Inverse(values, values);
    }
}
