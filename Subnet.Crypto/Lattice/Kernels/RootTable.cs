using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>A table of balanced roots of unity w, followed by their quotients w/p.</summary>
/// <param name="values">Count roots, then count quotients; pinned by its owner.</param>
/// <param name="count">Number of roots.</param>
internal readonly unsafe struct RootTable(double* values, int count)
{
    private readonly double* _values = values;
    private readonly double* _quotients = values + count;

    /// <summary>One root in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Value<TLanes>(int index)
        where TLanes : struct, IDoubleLanes<TLanes> => TLanes.Broadcast(_values[index]);

    /// <summary>The quotient of one root in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Quotient<TLanes>(int index)
        where TLanes : struct, IDoubleLanes<TLanes> => TLanes.Broadcast(_quotients[index]);

    /// <summary>Consecutive roots, each in so many neighbouring lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Values<TLanes>(int index, int times)
        where TLanes : struct, IDoubleLanes<TLanes> => TLanes.LoadRepeated(_values + index, times);

    /// <summary>Their quotients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Quotients<TLanes>(int index, int times)
        where TLanes : struct, IDoubleLanes<TLanes> => TLanes.LoadRepeated(_quotients + index, times);
}
