namespace Subnet.Core.State;

/// <summary>The settings of one subnet (design/yuma.md section 12, and the access fee).</summary>
/// <param name="Tempo">Blocks between epochs.</param>
/// <param name="Kappa">Consensus majority, of 65535.</param>
/// <param name="MaxAllowedUids">Slots.</param>
/// <param name="MaxAllowedValidators">Permits.</param>
/// <param name="MinAllowedWeights">Entries a row needs.</param>
/// <param name="WeightsSetRateLimit">Blocks between rows of one hotkey.</param>
/// <param name="WeightsVersionKey">Smallest version accepted; 0 any.</param>
/// <param name="ActivityCutoffFactorMilli">Activity cutoff in thousandths of a tempo.</param>
/// <param name="ImmunityPeriod">Blocks a newcomer is protected from pruning.</param>
/// <param name="BondsMovingAverage">Of 1,000,000.</param>
/// <param name="BondsPenalty">Of 65535.</param>
/// <param name="BondsResetOn">Whether registering a model clears the bonds on the miner that serves it.</param>
/// <param name="Yuma3On">Which bond system.</param>
/// <param name="LiquidAlphaOn">Whether the bond rate depends on the pair.</param>
/// <param name="AlphaLow">Lowest rate, of 65535.</param>
/// <param name="AlphaHigh">Highest rate, of 65535.</param>
/// <param name="AlphaSigmoidSteepness">Steepness of the rate.</param>
/// <param name="CommitRevealWeightsEnabled">Whether rows must be committed first.</param>
/// <param name="RevealPeriodEpochs">Epochs between commit and reveal.</param>
/// <param name="Rho">Kept; no rule reads it.</param>
/// <param name="MinBurn">Lowest registration price, in rao.</param>
/// <param name="MaxBurn">Highest registration price, in rao.</param>
/// <param name="BurnHalfLife">Blocks in which the price halves.</param>
/// <param name="BurnIncreaseMult">Factor of a registration, U64F64 bits.</param>
/// <param name="ImmuneOwnerUidsLimit">Hotkeys of the owner that are never pruned.</param>
/// <param name="MinNonImmuneUids">Slots that must stay prunable.</param>
/// <param name="RecycleOwnerEmission">Recycle what the owner's miners earn instead of burning it.</param>
/// <param name="OwnerCutEnabled">Whether the owner has a cut.</param>
/// <param name="NetworkRegistrationAllowed">Whether neurons may register.</param>
/// <param name="SubnetEmissionEnabled">Whether the subnet has a part in the block emission.</param>
/// <param name="FeeRate">Of a swap, of 65535.</param>
/// <param name="AccessFeeBurn">Part of an access fee that is burned, of 65535.</param>
/// <param name="AccessFeeOwner">Part that goes to the owner; the miner has the rest.</param>
/// <param name="AccessPrice">Price of a query row, in rao.</param>
/// <param name="MinChildTake">Lowest take of a child, of 65535.</param>
/// <param name="MechanismCount">Mechanisms: matrices of weights with bonds of their own.</param>
/// <param name="MechanismSplit">The second mechanism's part of the emission, of 65535; 65536 for an even split.</param>
public sealed record Hyperparameters(
    ushort Tempo,
    ushort Kappa,
    ushort MaxAllowedUids,
    ushort MaxAllowedValidators,
    ushort MinAllowedWeights,
    ulong WeightsSetRateLimit,
    ulong WeightsVersionKey,
    uint ActivityCutoffFactorMilli,
    ushort ImmunityPeriod,
    ulong BondsMovingAverage,
    ushort BondsPenalty,
    bool BondsResetOn,
    bool Yuma3On,
    bool LiquidAlphaOn,
    ushort AlphaLow,
    ushort AlphaHigh,
    short AlphaSigmoidSteepness,
    bool CommitRevealWeightsEnabled,
    ulong RevealPeriodEpochs,
    ushort Rho,
    ulong MinBurn,
    ulong MaxBurn,
    ushort BurnHalfLife,
    UInt128 BurnIncreaseMult,
    ushort ImmuneOwnerUidsLimit,
    ushort MinNonImmuneUids,
    bool RecycleOwnerEmission,
    bool OwnerCutEnabled,
    bool NetworkRegistrationAllowed,
    bool SubnetEmissionEnabled,
    ushort FeeRate,
    ushort AccessFeeBurn,
    ushort AccessFeeOwner,
    ulong AccessPrice,
    ushort MinChildTake,
    byte MechanismCount,
    uint MechanismSplit) : IStateRecord<Hyperparameters>
{
    /// <summary>The value of <see cref="MechanismSplit"/> for an even split.</summary>
    public const uint EvenSplit = 65_536;

    /// <summary>What a new subnet starts with.</summary>
    public static Hyperparameters Default { get; } = new(
        Tempo: 360,
        Kappa: 32_767,
        MaxAllowedUids: 256,
        MaxAllowedValidators: 64,
        MinAllowedWeights: 1,
        WeightsSetRateLimit: 100,
        WeightsVersionKey: 0,
        ActivityCutoffFactorMilli: 13_889,
        ImmunityPeriod: 5_000,
        BondsMovingAverage: 900_000,
        BondsPenalty: 65_535,
        BondsResetOn: false,
        Yuma3On: true,
        LiquidAlphaOn: false,
        AlphaLow: 45_875,
        AlphaHigh: 58_982,
        AlphaSigmoidSteepness: 1_000,
        CommitRevealWeightsEnabled: true,
        RevealPeriodEpochs: 1,
        Rho: 10,
        MinBurn: 500_000,
        MaxBurn: 100_000_000_000,
        BurnHalfLife: 360,
        BurnIncreaseMult: new UInt128(1, 4_796_153_459_164_483_584),
        ImmuneOwnerUidsLimit: 1,
        MinNonImmuneUids: 10,
        RecycleOwnerEmission: false,
        OwnerCutEnabled: true,
        NetworkRegistrationAllowed: true,
        SubnetEmissionEnabled: false,
        FeeRate: 33,
        AccessFeeBurn: 6_554,
        AccessFeeOwner: 6_554,
        AccessPrice: 1_000_000,
        MinChildTake: 0,
        MechanismCount: 1,
        MechanismSplit: EvenSplit);

    /// <summary>Each mechanism's part of the emission, of 65535; null for an even split.</summary>
    public IReadOnlyList<ushort>? MechanismParts =>
        MechanismCount == 1 || MechanismSplit == EvenSplit ? null : [(ushort)(ushort.MaxValue - MechanismSplit), (ushort)MechanismSplit];

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U16(Tempo);
        writer.U16(Kappa);
        writer.U16(MaxAllowedUids);
        writer.U16(MaxAllowedValidators);
        writer.U16(MinAllowedWeights);
        writer.U64(WeightsSetRateLimit);
        writer.U64(WeightsVersionKey);
        writer.U32(ActivityCutoffFactorMilli);
        writer.U16(ImmunityPeriod);
        writer.U64(BondsMovingAverage);
        writer.U16(BondsPenalty);
        writer.Bool(BondsResetOn);
        writer.Bool(Yuma3On);
        writer.Bool(LiquidAlphaOn);
        writer.U16(AlphaLow);
        writer.U16(AlphaHigh);
        writer.U16((ushort)AlphaSigmoidSteepness);
        writer.Bool(CommitRevealWeightsEnabled);
        writer.U64(RevealPeriodEpochs);
        writer.U16(Rho);
        writer.U64(MinBurn);
        writer.U64(MaxBurn);
        writer.U16(BurnHalfLife);
        writer.U128(BurnIncreaseMult);
        writer.U16(ImmuneOwnerUidsLimit);
        writer.U16(MinNonImmuneUids);
        writer.Bool(RecycleOwnerEmission);
        writer.Bool(OwnerCutEnabled);
        writer.Bool(NetworkRegistrationAllowed);
        writer.Bool(SubnetEmissionEnabled);
        writer.U16(FeeRate);
        writer.U16(AccessFeeBurn);
        writer.U16(AccessFeeOwner);
        writer.U64(AccessPrice);
        writer.U16(MinChildTake);
        writer.U8(MechanismCount);
        writer.U32(MechanismSplit);
    }

    /// <inheritdoc/>
    public static Hyperparameters Read(ref CanonicalReader reader) =>
        new(
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U32(),
            reader.U16(),
            reader.U64(),
            reader.U16(),
            reader.Bool(),
            reader.Bool(),
            reader.Bool(),
            reader.U16(),
            reader.U16(),
            (short)reader.U16(),
            reader.Bool(),
            reader.U64(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U16(),
            reader.U128(),
            reader.U16(),
            reader.U16(),
            reader.Bool(),
            reader.Bool(),
            reader.Bool(),
            reader.Bool(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U64(),
            reader.U16(),
            reader.U8(),
            reader.U32());
}
