using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Four doubles in an AVX2 register.</summary>
internal readonly unsafe struct DoubleLanes256 : IDoubleLanes<DoubleLanes256>
{
    private readonly Vector256<double> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes256(Vector256<double> lanes) => _lanes = lanes;

    public static int Count => 4;

    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported;

    // 2^52: a word below it, put into the low bits of this number, is the number plus the word.
    private static Vector256<double> Shift => Vector256.Create(4503599627370496.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Broadcast(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Load(double* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 LoadWords(ulong* source) => new((Vector256.Load(source) | Shift.AsUInt64()).AsDouble() - Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 LoadRepeated(double* source, int times) => times switch
    {
        1 => Load(source),
        2 => new(Avx2.Permute4x64(Vector128.Load(source).ToVector256Unsafe(), 0b01_01_00_00)),
        _ => Broadcast(source[0]),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination) => _lanes.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ulong* destination) => ((_lanes + Shift).AsUInt64() ^ Shift.AsUInt64()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator +(DoubleLanes256 left, DoubleLanes256 right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator -(DoubleLanes256 left, DoubleLanes256 right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 operator *(DoubleLanes256 left, DoubleLanes256 right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 MultiplyAdd(DoubleLanes256 left, DoubleLanes256 right, DoubleLanes256 addend) =>
        new(Fma.MultiplyAdd(left._lanes, right._lanes, addend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 MultiplySubtract(DoubleLanes256 left, DoubleLanes256 right, DoubleLanes256 subtrahend) =>
        new(Fma.MultiplySubtract(left._lanes, right._lanes, subtrahend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SubtractProduct(DoubleLanes256 minuend, DoubleLanes256 left, DoubleLanes256 right) =>
        new(Fma.MultiplyAddNegated(left._lanes, right._lanes, minuend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Round(DoubleLanes256 value) => new(Avx.RoundToNearestInteger(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Floor(DoubleLanes256 value) => new(Avx.Floor(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 AddIfNegative(DoubleLanes256 value, DoubleLanes256 addend) =>
        new(value._lanes + (Vector256.LessThan(value._lanes, Vector256<double>.Zero) & addend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SubtractIfNotLess(DoubleLanes256 value, DoubleLanes256 bound) =>
        new(value._lanes - (Vector256.GreaterThanOrEqual(value._lanes, bound._lanes) & bound._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 SelectIfNegative(DoubleLanes256 test, DoubleLanes256 ifNegative, DoubleLanes256 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(test._lanes, Vector256<double>.Zero), ifNegative._lanes, otherwise._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(DoubleLanes256 x, DoubleLanes256 y, int chunk, out DoubleLanes256 even, out DoubleLanes256 odd)
    {
        if (chunk == 2)
        {
            even = new(Avx.Permute2x128(x._lanes, y._lanes, 0x20));
            odd = new(Avx.Permute2x128(x._lanes, y._lanes, 0x31));
        }
        else
        {
            even = new(Avx.UnpackLow(x._lanes, y._lanes));
            odd = new(Avx.UnpackHigh(x._lanes, y._lanes));
        }
    }

    public static ulong LaneIndex(int destination, int source) => (2 * (ulong)source) | (((2 * (ulong)source) + 1) << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes256 Permute(DoubleLanes256 value, ulong* lanes) => 
        new(Avx2.PermuteVar8x32(value._lanes.AsSingle(), Vector256.Load((int*)lanes)).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(DoubleLanes256 x, DoubleLanes256 y, out DoubleLanes256 low, out DoubleLanes256 high)
    {
        Vector256<double> even = Avx.UnpackLow(x._lanes, y._lanes);
        Vector256<double> odd = Avx.UnpackHigh(x._lanes, y._lanes);
        low = new(Avx.Permute2x128(even, odd, 0x20));
        high = new(Avx.Permute2x128(even, odd, 0x31));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave(DoubleLanes256 low, DoubleLanes256 high, out DoubleLanes256 even, out DoubleLanes256 odd)
    {
        Vector256<double> first = Avx.Permute2x128(low._lanes, high._lanes, 0x20);
        Vector256<double> second = Avx.Permute2x128(low._lanes, high._lanes, 0x31);
        even = new(Avx.UnpackLow(first, second));
        odd = new(Avx.UnpackHigh(first, second));
    }
}
