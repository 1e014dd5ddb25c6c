namespace Subnet.Core.State;

/// <summary>Root dividends of a hotkey on a subnet per unit of root stake, ever growing.</summary>
/// <param name="Rate">I96F32 bits.</param>
public sealed record RootClaimRate(Int128 Rate) : IStateRecord<RootClaimRate>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.I128(Rate);
    }

    /// <inheritdoc/>
    public static RootClaimRate Read(ref CanonicalReader reader) =>
        new(reader.I128());
}

/// <summary>What a root staker has had of the rate, or joined too late for.</summary>
/// <param name="Debt">Alpha, in smallest units; negative after stake was taken away.</param>
public sealed record RootClaimDebt(Int128 Debt) : IStateRecord<RootClaimDebt>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.I128(Debt);
    }

    /// <inheritdoc/>
    public static RootClaimDebt Read(ref CanonicalReader reader) =>
        new(reader.I128());
}
