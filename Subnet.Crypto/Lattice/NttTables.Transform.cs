namespace Subnet.Crypto.Lattice;

public sealed partial class NttTables
{
    /// <summary>Coefficients in natural order to transform values in bit-reversed order, in place.</summary>
    /// <param name="values">N residues; replaced by N residues.</param>
    /// <exception cref="ArgumentException">The span has not N words.</exception>
    public void Forward(Span<ulong> values) => ForwardInteger(values);

    /// <summary>Undoes <see cref="Forward"/>, the factor 1/N included, in place.</summary>
    /// <param name="values">N residues; replaced by N residues.</param>
    /// <exception cref="ArgumentException">The span has not N words.</exception>
    public void Inverse(Span<ulong> values) => InverseInteger(values);
}
