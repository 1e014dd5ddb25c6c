using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>Two words in a 128-bit register.</summary>
internal readonly struct Lanes128(Vector128<ulong> value) : ILanes<Lanes128>
{
    private readonly Vector128<ulong> value = value;

    public static int Count => Vector128<ulong>.Count;

    public static Lanes128 Indices => new(Vector128<ulong>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) => new(left.value + right.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ^(Lanes128 left, Lanes128 right) => new(left.value ^ right.value);

    public static Lanes128 Broadcast(ulong value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 RotateRight(Lanes128 value, [ConstantExpected] byte count) => new(
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateRight(value.value, count)
            : (value.value >>> count) | (value.value << (64 - count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref ulong destination) => value.StoreUnsafe(ref destination);
}
