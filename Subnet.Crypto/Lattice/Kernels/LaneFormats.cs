using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>How a kernel reads and writes its vectors: as residue words or as the doubles between two passes.</summary>
internal unsafe interface ILaneFormat<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    /// <summary>Reads as doubles.</summary>
    static abstract TLanes Load(double* source, DoubleModulus<TLanes> modulus);

    /// <summary>Writes a balanced value below p in absolute value.</summary>
    static abstract void Store(TLanes value, DoubleModulus<TLanes> modulus, double* destination);
}

/// <summary>Residue words in [0, p).</summary>
internal readonly unsafe struct WordFormat<TLanes> : ILaneFormat<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load(double* source, DoubleModulus<TLanes> modulus) => TLanes.LoadWords((ulong*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TLanes value, DoubleModulus<TLanes> modulus, double* destination) =>
        modulus.ToResidue(value).StoreWords((ulong*)destination);
}

/// <summary>Doubles of either sign.</summary>
internal readonly unsafe struct DoubleFormat<TLanes> : ILaneFormat<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load(double* source, DoubleModulus<TLanes> modulus) => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TLanes value, DoubleModulus<TLanes> modulus, double* destination) => value.Store(destination);
}

/// <summary>Residue words of another prime below 2^50, reduced when read; words in [0, p) when written.</summary>
internal readonly unsafe struct ForeignWordFormat<TLanes> : ILaneFormat<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load(double* source, DoubleModulus<TLanes> modulus) => modulus.Reduce(TLanes.LoadWords((ulong*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TLanes value, DoubleModulus<TLanes> modulus, double* destination) =>
        modulus.ToResidue(value).StoreWords((ulong*)destination);
}
