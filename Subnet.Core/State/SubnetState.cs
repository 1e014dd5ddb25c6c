namespace Subnet.Core.State;

/// <summary>What of a subnet changes with every block. Amounts of alpha in its smallest unit, of TAO in rao.</summary>
/// <param name="TaoReserve">TAO in the pool.</param>
/// <param name="AlphaReserve">Alpha in the pool.</param>
/// <param name="QuoteWeight">Weight of TAO in the pool, in 10^-18.</param>
/// <param name="AlphaOutstanding">Alpha outside the pool: staked, pending, held by the protocol, claimable, burned and dust.</param>
/// <param name="ProtocolAlpha">Alpha bought by the protocol with excess emission.</param>
/// <param name="ClaimableAlpha">Root dividends not claimed yet.</param>
/// <param name="BurnedAlpha">Alpha nobody can have again.</param>
/// <param name="DustAlpha">What rounding left over.</param>
/// <param name="PendingServer">Emission for miners since the last epoch.</param>
/// <param name="PendingValidator">Emission for validators since the last epoch.</param>
/// <param name="PendingRoot">Emission for root stake since the last epoch.</param>
/// <param name="PendingOwner">Owner's cut since the last epoch.</param>
/// <param name="BurnPrice">Price of a registration, in rao.</param>
/// <param name="LastEpochBlock">Height at which the epoch slot was last consumed.</param>
/// <param name="LastStepBlock">Height of the last completed epoch; 0 before the first.</param>
/// <param name="EpochIndex">Number of epoch slots consumed.</param>
/// <param name="MovingPrice">Smoothed price, I96F32 bits.</param>
/// <param name="MinerBurned">Share of the miners' emission withheld in the last epoch, U96F32 bits.</param>
/// <param name="RootProportion">Share of root in the emission, U96F32 bits.</param>
/// <param name="Neurons">Number of uids in use.</param>
public sealed record SubnetState(
    ulong TaoReserve,
    ulong AlphaReserve,
    ulong QuoteWeight,
    ulong AlphaOutstanding,
    ulong ProtocolAlpha,
    ulong ClaimableAlpha,
    ulong BurnedAlpha,
    ulong DustAlpha,
    ulong PendingServer,
    ulong PendingValidator,
    ulong PendingRoot,
    ulong PendingOwner,
    ulong BurnPrice,
    ulong LastEpochBlock,
    ulong LastStepBlock,
    ulong EpochIndex,
    Int128 MovingPrice,
    UInt128 MinerBurned,
    UInt128 RootProportion,
    ushort Neurons) : IStateRecord<SubnetState>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(TaoReserve);
        writer.U64(AlphaReserve);
        writer.U64(QuoteWeight);
        writer.U64(AlphaOutstanding);
        writer.U64(ProtocolAlpha);
        writer.U64(ClaimableAlpha);
        writer.U64(BurnedAlpha);
        writer.U64(DustAlpha);
        writer.U64(PendingServer);
        writer.U64(PendingValidator);
        writer.U64(PendingRoot);
        writer.U64(PendingOwner);
        writer.U64(BurnPrice);
        writer.U64(LastEpochBlock);
        writer.U64(LastStepBlock);
        writer.U64(EpochIndex);
        writer.I128(MovingPrice);
        writer.U128(MinerBurned);
        writer.U128(RootProportion);
        writer.U16(Neurons);
    }

    /// <inheritdoc/>
    public static SubnetState Read(ref CanonicalReader reader) =>
        new(
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.I128(),
            reader.U128(),
            reader.U128(),
            reader.U16());
}
