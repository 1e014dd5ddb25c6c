namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// Several doubles side by side. One kernel written against this interface is compiled by the JIT for each register width. Every
/// operation is IEEE-754 exact or correctly rounded, so all widths give the same bits.
/// </summary>
internal unsafe interface IDoubleLanes<TSelf>
    where TSelf : struct, IDoubleLanes<TSelf>
{
    /// <summary>How many doubles stand side by side: a power of two.</summary>
    static abstract int Count { get; }

    /// <summary>Whether the processor has these registers and fused multiply-add.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Broadcast(double value);

    /// <summary>Consecutive doubles.</summary>
    static abstract TSelf Load(double* source);

    /// <summary>Consecutive words below 2^52 as doubles.</summary>
    static abstract TSelf LoadWords(ulong* source);

    /// <summary>Count / times consecutive doubles, each in so many neighbouring lanes.</summary>
    static abstract TSelf LoadRepeated(double* source, int times);

    /// <summary>Writes the lanes.</summary>
    void Store(double* destination);

    /// <summary>Writes integers of [0, 2^52) as words.</summary>
    void StoreWords(ulong* destination);

    /// <summary>Sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product, rounded.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>left * right - subtrahend, rounded once.</summary>
    static abstract TSelf MultiplySubtract(TSelf left, TSelf right, TSelf subtrahend);

    /// <summary>minuend - left * right, rounded once.</summary>
    static abstract TSelf SubtractProduct(TSelf minuend, TSelf left, TSelf right);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>To the integer below.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary>value + addend in lanes where value is below zero, else value.</summary>
    static abstract TSelf AddIfNegative(TSelf value, TSelf addend);

    /// <summary>value - bound in lanes where value is not below bound, else value.</summary>
    static abstract TSelf SubtractIfNotLess(TSelf value, TSelf bound);

    /// <summary>One of two values by the sign of a third: not negative includes zero of either sign and NaN.</summary>
    static abstract TSelf SelectIfNegative(TSelf test, TSelf ifNegative, TSelf otherwise);

    /// <summary>
    /// Takes two vectors apart in chunks of so many lanes: all even chunks of both, all odd chunks of both; each result holds
    /// chunks of the first and of the second vector alternately where the chunk is smaller than half a vector.
    /// </summary>
    /// <remarks>Chunks of half a vector: (x.low, y.low), (x.high, y.high). Smaller ones: (x0, y0, x2, y2, ...), (x1, y1, x3, y3, ...).</remarks>
    static abstract void Exchange(TSelf x, TSelf y, int chunk, out TSelf even, out TSelf odd);

    /// <summary>Interleaves single lanes: (x0, y0, x1, y1, ...) in two vectors.</summary>
    static abstract void Interleave(TSelf x, TSelf y, out TSelf low, out TSelf high);

    /// <summary>How <see cref="Permute"/> wants to be told that a lane of the result is read from a lane of the value.</summary>
    static abstract ulong LaneIndex(int destination, int source);

    /// <summary>The lanes in another order: Count words made by <see cref="LaneIndex"/>.</summary>
    static abstract TSelf Permute(TSelf value, ulong* lanes);

    /// <summary>Undoes <see cref="Interleave"/>: all even lanes of both, all odd lanes of both.</summary>
    static abstract void Deinterleave(TSelf low, TSelf high, out TSelf even, out TSelf odd);
}
