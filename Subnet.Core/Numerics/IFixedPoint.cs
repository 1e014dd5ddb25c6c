using System.Numerics;

namespace Subnet.Core.Numerics;

/// <summary>
/// A binary fixed-point number: an integer of raw bits, read as <c>bits / 2^FractionBits</c>. Arithmetic is that of the
/// <c>substrate-fixed</c> library (tag v0.6.0): addition, subtraction and multiplication saturate, multiplication rounds toward
/// minus infinity, division truncates toward zero.
/// </summary>
/// <typeparam name="TSelf">The implementing format.</typeparam>
public interface IFixedPoint<TSelf> : IComparable<TSelf>, IEquatable<TSelf>
    where TSelf : struct, IFixedPoint<TSelf>
{
    /// <summary>Number of bits behind the binary point.</summary>
    static abstract int FractionBits { get; }

    /// <summary>The value 0.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The value 1.</summary>
    static abstract TSelf One { get; }

    /// <summary>The least value.</summary>
    static abstract TSelf MinValue { get; }

    /// <summary>The greatest value.</summary>
    static abstract TSelf MaxValue { get; }

    /// <summary>The raw bits as an integer of any size.</summary>
    BigInteger ToBigInteger();

    /// <summary>The number with these raw bits.</summary>
    /// <exception cref="OverflowException">The bits do not fit the format.</exception>
    static abstract TSelf FromBigInteger(BigInteger bits);

    /// <summary>The sum, saturated.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>The difference, saturated.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>The product rounded toward minus infinity, saturated.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>
    /// The checked division: the quotient truncated toward zero, or false where the divisor is 0 or the quotient does not fit.
    /// </summary>
    static abstract bool TryDivide(TSelf dividend, TSelf divisor, out TSelf quotient);

    /// <summary>The safe division: as <see cref="TryDivide"/>, with 0 for "no value".</summary>
    static abstract TSelf SafeDivide(TSelf dividend, TSelf divisor);

    /// <summary>The saturating division: the bound on the quotient's side where it does not fit.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    static abstract TSelf SaturatingDivide(TSelf dividend, TSelf divisor);
}
