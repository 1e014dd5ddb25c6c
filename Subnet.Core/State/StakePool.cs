namespace Subnet.Core.State;

/// <summary>All stake behind one hotkey on one subnet: total alpha (TAO on root) and the denominator of the shares.</summary>
/// <param name="Total">In smallest units.</param>
/// <param name="DenominatorMantissa">Decimal mantissa.</param>
/// <param name="DenominatorExponent">Decimal exponent.</param>
public sealed record StakePool(ulong Total, UInt128 DenominatorMantissa, long DenominatorExponent) : IStateRecord<StakePool>
{
    /// <summary>A pool without stake.</summary>
    public static StakePool Empty { get; } = new(0, 0, 0);

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Total);
        writer.U128(DenominatorMantissa);
        writer.I64(DenominatorExponent);
    }

    /// <inheritdoc/>
    public static StakePool Read(ref CanonicalReader reader) =>
        new(reader.U64(), reader.U128(), reader.I64());
}

/// <summary>One holder's share of a stake pool, a decimal float.</summary>
/// <param name="Mantissa">Decimal mantissa.</param>
/// <param name="Exponent">Decimal exponent.</param>
public sealed record StakeShare(UInt128 Mantissa, long Exponent) : IStateRecord<StakeShare>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U128(Mantissa);
        writer.I64(Exponent);
    }

    /// <inheritdoc/>
    public static StakeShare Read(ref CanonicalReader reader) =>
        new(reader.U128(), reader.I64());
}
