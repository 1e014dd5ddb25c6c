using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>One word: the scalar twin.</summary>
internal readonly struct ScalarLane(ulong value) : ILanes<ScalarLane>
{
    private readonly ulong value = value;

    public static int Count => 1;

    public static ScalarLane Indices => default;

    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(left.value + right.value);

    public static ScalarLane operator ^(ScalarLane left, ScalarLane right) => new(left.value ^ right.value);

    public static ScalarLane Broadcast(ulong value) => new(value);

    public static ScalarLane RotateRight(ScalarLane value, [ConstantExpected] byte count) =>
        new(BitOperations.RotateRight(value.value, count));

    public void Store(ref ulong destination) => destination = value;
}
