using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Two doubles in a 128-bit register with fused multiply-add (x64 with FMA, Arm64).</summary>
internal readonly unsafe struct DoubleLanes128 : IDoubleLanes<DoubleLanes128>
{
    private readonly Vector128<double> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes128(Vector128<double> lanes) => _lanes = lanes;

    public static int Count => 2;

    public static bool IsSupported => Vector128.IsHardwareAccelerated && (Fma.IsSupported || AdvSimd.Arm64.IsSupported);

    private static Vector128<double> Shift => Vector128.Create(4503599627370496.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Broadcast(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Load(double* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 LoadWords(ulong* source) => new((Vector128.Load(source) | Shift.AsUInt64()).AsDouble() - Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 LoadRepeated(double* source, int times) => times == 1 ? Load(source) : Broadcast(source[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination) => _lanes.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ulong* destination) => ((_lanes + Shift).AsUInt64() ^ Shift.AsUInt64()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator +(DoubleLanes128 left, DoubleLanes128 right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator -(DoubleLanes128 left, DoubleLanes128 right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 operator *(DoubleLanes128 left, DoubleLanes128 right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 MultiplyAdd(DoubleLanes128 left, DoubleLanes128 right, DoubleLanes128 addend) =>
        new(Vector128.FusedMultiplyAdd(left._lanes, right._lanes, addend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 MultiplySubtract(DoubleLanes128 left, DoubleLanes128 right, DoubleLanes128 subtrahend) =>
        new(Vector128.FusedMultiplyAdd(left._lanes, right._lanes, -subtrahend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 SubtractProduct(DoubleLanes128 minuend, DoubleLanes128 left, DoubleLanes128 right) =>
        new(Vector128.FusedMultiplyAdd(-left._lanes, right._lanes, minuend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Round(DoubleLanes128 value) => new(Vector128.Round(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Floor(DoubleLanes128 value) => new(Vector128.Floor(value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 AddIfNegative(DoubleLanes128 value, DoubleLanes128 addend) =>
        new(value._lanes + (Vector128.LessThan(value._lanes, Vector128<double>.Zero) & addend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 SubtractIfNotLess(DoubleLanes128 value, DoubleLanes128 bound) =>
        new(value._lanes - (Vector128.GreaterThanOrEqual(value._lanes, bound._lanes) & bound._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 SelectIfNegative(DoubleLanes128 test, DoubleLanes128 ifNegative, DoubleLanes128 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(test._lanes, Vector128<double>.Zero), ifNegative._lanes, otherwise._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(DoubleLanes128 x, DoubleLanes128 y, int chunk, out DoubleLanes128 even, out DoubleLanes128 odd)
    {
        even = new(Vector128.Create(x._lanes.GetLower(), y._lanes.GetLower()));
        odd = new(Vector128.Create(x._lanes.GetUpper(), y._lanes.GetUpper()));
    }

    public static ulong LaneIndex(int destination, int source) => destination == source ? 0 : ulong.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes128 Permute(DoubleLanes128 value, ulong* lanes) => 
        new(Vector128.ConditionalSelect(
            Vector128.Load((double*)lanes), Vector128.Create(value._lanes.GetUpper(), value._lanes.GetLower()), value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(DoubleLanes128 x, DoubleLanes128 y, out DoubleLanes128 low, out DoubleLanes128 high) =>
        Exchange(x, y, 1, out low, out high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave(DoubleLanes128 low, DoubleLanes128 high, out DoubleLanes128 even, out DoubleLanes128 odd) =>
        Exchange(low, high, 1, out even, out odd);
}
