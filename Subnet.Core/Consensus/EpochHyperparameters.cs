namespace Subnet.Core.Consensus;

/// <summary>The hyperparameters an epoch reads (<c>design/yuma.md</c> 12). The defaults are those of a new subnet.</summary>
public sealed record EpochHyperparameters
{
    /// <summary>The stake that decides a consensus, a fraction of 65535.</summary>
    public ushort Kappa { get; init; } = 32_767;

    /// <summary>How many validators hold a permit at most.</summary>
    public ushort MaxAllowedValidators { get; init; } = 64;

    /// <summary>How far bonds follow the clipped instead of the raw weight, a fraction of 65535.</summary>
    public ushort BondsPenalty { get; init; } = ushort.MaxValue;

    /// <summary>
    /// How much of a bond survives an epoch, a fraction of 1,000,000. A ledger accepts no more than that; above it the rate is negative, as in the reference.
    /// </summary>
    public uint BondsMovingAverage { get; init; } = 900_000;

    /// <summary>Whether bonds follow the weights themselves instead of stake-weighted column shares.</summary>
    public bool Yuma3 { get; init; } = true;

    /// <summary>Whether each pair has a rate of its own; works with <see cref="Yuma3"/> only.</summary>
    public bool LiquidAlpha { get; init; }

    /// <summary>The least rate under liquid alpha, a fraction of 65535.</summary>
    public ushort AlphaLow { get; init; } = 45_875;

    /// <summary>The greatest rate under liquid alpha, a fraction of 65535.</summary>
    public ushort AlphaHigh { get; init; } = 58_982;

    /// <summary>Steepness of liquid alpha's sigmoid, in hundredths.</summary>
    public short AlphaSigmoidSteepness { get; init; } = 1_000;
}
