using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>A single double: the scalar twin of the vector kernels, for the transform of the CKKS encoder.</summary>
internal readonly unsafe struct DoubleLanes1 : IDoubleLanes<DoubleLanes1>
{
    private readonly double _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DoubleLanes1(double value) => _value = value;

    public static int Count => 1;

    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 Broadcast(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 Load(double* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 LoadWords(ulong* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 LoadRepeated(double* source, int times) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(double* destination) => *destination = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ulong* destination) => *destination = (ulong)_value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 operator +(DoubleLanes1 left, DoubleLanes1 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 operator -(DoubleLanes1 left, DoubleLanes1 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 operator *(DoubleLanes1 left, DoubleLanes1 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 MultiplyAdd(DoubleLanes1 left, DoubleLanes1 right, DoubleLanes1 addend) =>
        new(Math.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 MultiplySubtract(DoubleLanes1 left, DoubleLanes1 right, DoubleLanes1 subtrahend) =>
        new(Math.FusedMultiplyAdd(left._value, right._value, -subtrahend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 SubtractProduct(DoubleLanes1 minuend, DoubleLanes1 left, DoubleLanes1 right) =>
        new(Math.FusedMultiplyAdd(-left._value, right._value, minuend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 Round(DoubleLanes1 value) => new(Math.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 Floor(DoubleLanes1 value) => new(Math.Floor(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 AddIfNegative(DoubleLanes1 value, DoubleLanes1 addend) =>
        new(value._value < 0 ? value._value + addend._value : value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 SubtractIfNotLess(DoubleLanes1 value, DoubleLanes1 bound) =>
        new(value._value < bound._value ? value._value : value._value - bound._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 SelectIfNegative(DoubleLanes1 test, DoubleLanes1 ifNegative, DoubleLanes1 otherwise) =>
        test._value < 0 ? ifNegative : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exchange(DoubleLanes1 x, DoubleLanes1 y, int chunk, out DoubleLanes1 even, out DoubleLanes1 odd)
    {
        even = x;
        odd = y;
    }

    public static ulong LaneIndex(int destination, int source) => (ulong)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes1 Permute(DoubleLanes1 value, ulong* lanes) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(DoubleLanes1 x, DoubleLanes1 y, out DoubleLanes1 low, out DoubleLanes1 high)
    {
        low = x;
        high = y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave(DoubleLanes1 low, DoubleLanes1 high, out DoubleLanes1 even, out DoubleLanes1 odd)
    {
        even = low;
        odd = high;
    }
}
