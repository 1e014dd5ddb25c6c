using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Eight doubles in an AVX-512 register.</summary>
internal readonly unsafe struct DoubleLanes512 : IDoubleLanes<DoubleLanes512>
{
    private readonly Vector512<double> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes512(Vector512<double> lanes) => _lanes = lanes;

    public static int Count => 8;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512DQ.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Broadcast(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Load(double* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 LoadWords(ulong* source) => new(Avx512DQ.ConvertToVector512Double(Vector512.Load((long*)source)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 LoadRepeated(double* source, int times) => times switch
    {
        1 => Load(source),
        2 => new(Avx512F.PermuteVar8x64(Vector256.Load(source).ToVector512Unsafe(), Vector512.Create(0L, 0, 1, 1, 2, 2, 3, 3))),
        4 => new(Avx512F.PermuteVar8x64(Vector128.Load(source).ToVector256Unsafe().ToVector512Unsafe(), Vector512.Create(0L, 0, 0, 0, 1, 1, 1, 1))),
        _ => Broadcast(source[0]),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination) => _lanes.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ulong* destination) => Avx512DQ.ConvertToVector512UInt64WithTruncation(_lanes).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator +(DoubleLanes512 left, DoubleLanes512 right) => new(left._lanes + right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator -(DoubleLanes512 left, DoubleLanes512 right) => new(left._lanes - right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 operator *(DoubleLanes512 left, DoubleLanes512 right) => new(left._lanes * right._lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 MultiplyAdd(DoubleLanes512 left, DoubleLanes512 right, DoubleLanes512 addend) =>
        new(Avx512F.FusedMultiplyAdd(left._lanes, right._lanes, addend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 MultiplySubtract(DoubleLanes512 left, DoubleLanes512 right, DoubleLanes512 subtrahend) =>
        new(Avx512F.FusedMultiplySubtract(left._lanes, right._lanes, subtrahend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 SubtractProduct(DoubleLanes512 minuend, DoubleLanes512 left, DoubleLanes512 right) =>
        new(Avx512F.FusedMultiplyAddNegated(left._lanes, right._lanes, minuend._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Round(DoubleLanes512 value) => new(Avx512F.RoundScale(value._lanes, 0x08));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Floor(DoubleLanes512 value) => new(Avx512F.RoundScale(value._lanes, 0x09));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 AddIfNegative(DoubleLanes512 value, DoubleLanes512 addend) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(value._lanes, Vector512<double>.Zero), value._lanes + addend._lanes, value._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 SubtractIfNotLess(DoubleLanes512 value, DoubleLanes512 bound) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(value._lanes, bound._lanes), value._lanes, value._lanes - bound._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 SelectIfNegative(DoubleLanes512 test, DoubleLanes512 ifNegative, DoubleLanes512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(test._lanes, Vector512<double>.Zero), ifNegative._lanes, otherwise._lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(DoubleLanes512 x, DoubleLanes512 y, int chunk, out DoubleLanes512 even, out DoubleLanes512 odd)
    {
        Vector512<long> evenLanes = chunk switch
        {
            4 => Vector512.Create(0L, 1, 2, 3, 8, 9, 10, 11),
            2 => Vector512.Create(0L, 1, 8, 9, 4, 5, 12, 13),
            _ => Vector512.Create(0L, 8, 2, 10, 4, 12, 6, 14),
        };
        Vector512<long> oddLanes = chunk switch
        {
            4 => Vector512.Create(4L, 5, 6, 7, 12, 13, 14, 15),
            2 => Vector512.Create(2L, 3, 10, 11, 6, 7, 14, 15),
            _ => Vector512.Create(1L, 9, 3, 11, 5, 13, 7, 15),
        };
        even = new(Avx512F.PermuteVar8x64x2(x._lanes, evenLanes, y._lanes));
        odd = new(Avx512F.PermuteVar8x64x2(x._lanes, oddLanes, y._lanes));
    }

    public static ulong LaneIndex(int destination, int source) => (ulong)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes512 Permute(DoubleLanes512 value, ulong* lanes) => new(Avx512F.PermuteVar8x64(value._lanes, Vector512.Load((long*)lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(DoubleLanes512 x, DoubleLanes512 y, out DoubleLanes512 low, out DoubleLanes512 high)
    {
        low = new(Avx512F.PermuteVar8x64x2(x._lanes, Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), y._lanes));
        high = new(Avx512F.PermuteVar8x64x2(x._lanes, Vector512.Create(4L, 12, 5, 13, 6, 14, 7, 15), y._lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave(DoubleLanes512 low, DoubleLanes512 high, out DoubleLanes512 even, out DoubleLanes512 odd)
    {
        even = new(Avx512F.PermuteVar8x64x2(low._lanes, Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14), high._lanes));
        odd = new(Avx512F.PermuteVar8x64x2(low._lanes, Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15), high._lanes));
    }
}
