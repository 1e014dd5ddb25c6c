using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>Four words in a 256-bit register.</summary>
internal readonly struct Lanes256(Vector256<ulong> value) : ILanes<Lanes256>
{
    private readonly Vector256<ulong> value = value;

    public static int Count => Vector256<ulong>.Count;

    public static Lanes256 Indices => new(Vector256<ulong>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 left, Lanes256 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ^(Lanes256 left, Lanes256 right) => new(left.value ^ right.value);

    public static Lanes256 Broadcast(ulong value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RotateRight(Lanes256 value, [ConstantExpected] byte count) => new(
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateRight(value.value, count)
            : (value.value >>> count) | (value.value << (64 - count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref ulong destination) => value.StoreUnsafe(ref destination);
}
