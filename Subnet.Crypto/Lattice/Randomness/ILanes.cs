using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Several 64-bit words side by side, one per hash that is computed at the same time. A kernel written once against this
/// interface is compiled by the JIT for each register width; <see cref="ScalarLane"/> is the twin that the others are tested
/// against.
/// </summary>
internal interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>How many words stand side by side.</summary>
    static abstract int Count { get; }

    /// <summary>0, 1, 2, ... in the lanes.</summary>
    static abstract TSelf Indices { get; }

    /// <summary>The same word in every lane.</summary>
    static abstract TSelf Broadcast(ulong value);

    /// <summary>Rotation of each word to the right by a constant number of bits.</summary>
    static abstract TSelf RotateRight(TSelf value, [ConstantExpected] byte count);

    /// <summary>Writes the words of the lanes in order.</summary>
    void Store(ref ulong destination);

    /// <summary>Sum modulo 2^64 in each lane.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Exclusive or.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);
}
