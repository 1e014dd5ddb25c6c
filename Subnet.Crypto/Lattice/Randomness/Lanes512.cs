using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>Eight words in a 512-bit register.</summary>
internal readonly struct Lanes512(Vector512<ulong> value) : ILanes<Lanes512>
{
    private readonly Vector512<ulong> value = value;

    public static int Count => Vector512<ulong>.Count;

    public static Lanes512 Indices => new(Vector512<ulong>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 left, Lanes512 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator ^(Lanes512 left, Lanes512 right) => new(left.value ^ right.value);

    public static Lanes512 Broadcast(ulong value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RotateRight(Lanes512 value, [ConstantExpected] byte count) => new(
        Avx512F.IsSupported
            ? Avx512F.RotateRight(value.value, count)
            : (value.value >>> count) | (value.value << (64 - count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref ulong destination) => value.StoreUnsafe(ref destination);
}
