using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>The transform in double precision, where the prime and the processor allow it.</summary>
public sealed unsafe partial class NttTables
{
    // Balanced roots: half of the size and so half of the growth.
    private readonly WordBuffer _forwardDouble = WordBuffer.Empty;
    private readonly WordBuffer _inverseDouble = WordBuffer.Empty;
    private readonly double _inverseDegreeDouble;
    private readonly double _scaledRootDouble;

    /// <summary>The modulus as a double.</summary>
    internal double DoubleValue => Modulus.Value;

    /// <summary>Forward transform of N words or doubles in double precision; the destination may be the source.</summary>
    internal void ForwardDouble<TLanes, TIn, TOut>(double* source, double* destination)
        where TLanes : struct, IDoubleLanes<TLanes>
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        fixed (ulong* roots = _forwardDouble.Span)
        {
            DoubleNtt<TLanes>.Forward<TIn, TOut>(source, destination, Degree, DoubleValue, new RootTable((double*)roots, Degree));
        }
    }

    /// <summary>Inverse transform of N words or doubles in double precision; the destination may be the source.</summary>
    internal void InverseDouble<TLanes, TIn, TOut>(double* source, double* destination)
        where TLanes : struct, IDoubleLanes<TLanes>
        where TIn : struct, ILaneFormat<TLanes>
        where TOut : struct, ILaneFormat<TLanes>
    {
        fixed (ulong* roots = _inverseDouble.Span)
        {
            DoubleNtt<TLanes>.Inverse<TIn, TOut>(source, destination, Degree, DoubleValue, new RootTable((double*)roots, Degree), _inverseDegreeDouble, _scaledRootDouble);
        }
    }

    /// <summary>The balanced representative of a residue as a double.</summary>
    internal static double Balance(ulong residue, Modulus modulus) =>
        residue > modulus.Value / 2 ? -(double)(modulus.Value - residue) : residue;

    // The roots, then each divided by the prime.
    private static WordBuffer Balance(ReadOnlySpan<ulong> residues, Modulus modulus)
    {
        WordBuffer buffer = new(2 * residues.Length);
        for (int i = 0; i < residues.Length; i++)
        {
            double value = Balance(residues[i], modulus);
            buffer.Span[i] = BitConverter.DoubleToUInt64Bits(value);
            buffer.Span[residues.Length + i] = BitConverter.DoubleToUInt64Bits(value / modulus.Value);
        }

        return buffer;
    }
}
