using Subnet.Core.Numerics;

namespace Subnet.Core.Pools;

/// <summary>The fee on what goes into a pool (<c>design/yuma.md</c> 11.2).</summary>
public static class SwapFee
{
    /// <summary>The greatest rate a subnet may set, a fraction of 65535.</summary>
    public const ushort MaximumRate = 10_000;

    /// <summary>
    /// The fee contained in an amount: <c>floor(amount * rate / 65535)</c>, in the 64 fraction bits of the swap. As the rate is rounded down first, the fee is one
    /// unit less where the product is a multiple of 65535.
    /// </summary>
    /// <param name="amount">What the trader puts in, fee included, in smallest units.</param>
    /// <param name="rate">A fraction of 65535.</param>
    public static ulong Of(ulong amount, ushort rate)
    {
        U64F64 fraction = U64F64.SafeDivide(U64F64.FromInteger(rate), U64F64.FromInteger(ushort.MaxValue));
        return (U64F64.FromInteger(amount) * fraction).FloorToUInt64();
    }

    /// <summary>The fee to be put on top of a net amount: <c>floor(net * rate / (65535 - rate))</c>.</summary>
    /// <param name="net">What has to reach the pool, in smallest units.</param>
    /// <param name="rate">A fraction of 65535, below one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is one.</exception>
    /// <exception cref="OverflowException">The fee does not fit.</exception>
    public static ulong OnTopOf(ulong net, ushort rate)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(rate, ushort.MaxValue);
        return checked((ulong)((UInt128)net * rate / (UInt128)(ushort.MaxValue - rate)));
    }
}
