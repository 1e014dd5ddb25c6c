using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>The transform in double precision, where the prime and the processor allow it.</summary>
public sealed unsafe partial class NttTables
{
    // Balanced roots: half of the size and so half of the growth.
    private readonly WordBuffer _forwardDouble = WordBuffer.Empty;
    private readonly WordBuffer _inverseDouble = WordBuffer.Empty;
    private readonly double _inverseDegreeDouble;

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
            DoubleNtt<TLanes>.Forward<TIn, TOut>(source, destination, Degree, DoubleValue, (double*)roots);
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
            DoubleNtt<TLanes>.Inverse<TIn, TOut>(source, destination, Degree, DoubleValue, (double*)roots, _inverseDegreeDouble);
        }
    }

    /// <summary>The balanced representative of a residue as a double.</summary>
    internal static double Balance(ulong residue, Modulus modulus) =>
        residue > modulus.Value / 2 ? -(double)(modulus.Value - residue) : residue;

    private static WordBuffer Balance(ReadOnlySpan<ulong> residues, Modulus modulus)
    {
        WordBuffer buffer = new(residues.Length);
        for (int i = 0; i < residues.Length; i++)
        {
            buffer.Span[i] = BitConverter.DoubleToUInt64Bits(Balance(residues[i], modulus));
        }

        return buffer;
    }
}
