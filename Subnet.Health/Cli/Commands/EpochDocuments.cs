using Subnet.Core.Analysis;
using Subnet.Core.Analysis.Adversaries;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary>The answer of <c>subnet epoch run --explain</c>. Shares are fractions of one.</summary>
internal sealed record EpochExplanationDocument(
    string Name,
    byte[] InputDigest,
    byte[] ResultDigest,
    Amount EmissionRao,
    Amount ServerEmissionRao,
    Amount ValidatorEmissionRao,
    Amount WithheldFromOwnerRao,
    Amount DustRao,
    bool PaidByStake,
    IReadOnlyList<EpochInvariantItem> Invariants,
    IReadOnlyList<EpochNeuronItem> Neurons,
    IReadOnlyList<EpochPairItem> Pairs) : Document(FormatName)
{
    public const string FormatName = "subnet/epoch-explain/1";
}

/// <summary>One invariant.</summary>
internal sealed record EpochInvariantItem(string Name, bool Holds, string Detail)
{
    public static EpochInvariantItem Of(Invariant invariant) => new(invariant.Name, invariant.Holds, invariant.Detail);
}

/// <summary>One neuron of an explained epoch.</summary>
internal sealed record EpochNeuronItem(
    int Uid,
    bool Active,
    bool HadPermit,
    bool HasPermit,
    Amount AlphaStakeRao,
    Amount RootStakeRao,
    Amount StakeRao,
    bool BelowThreshold,
    double StakeShare,
    double ActiveShare,
    Amount? PermitDistanceRao,
    int PruningPlace,
    Amount PruningDistanceRao,
    double Consensus,
    double Prerank,
    double Rank,
    double Trust,
    double ValidatorTrust,
    double Incentive,
    double Dividends,
    Amount ServerEmissionRao,
    Amount ValidatorEmissionRao,
    Amount EmissionRao,
    Amount TakeRao,
    Amount ToNominatorsRao,
    Amount TakeDustRao)
{
    public static EpochNeuronItem Of(NeuronExplanation n) => new(
        n.Uid,
        n.Active,
        n.HadPermit,
        n.HasPermit,
        n.AlphaStake,
        n.RootStake,
        n.Stake,
        n.BelowThreshold,
        n.StakeShare.ToDouble(),
        n.ActiveShare.ToDouble(),
        n.PermitDistance is { } distance ? new Amount(distance) : null,
        n.PruningPlace,
        n.PruningDistance,
        n.Consensus.ToDouble(),
        n.Prerank.ToDouble(),
        n.Rank.ToDouble(),
        n.Trust.ToDouble(),
        n.ValidatorTrust.ToDouble(),
        n.Incentive.ToDouble(),
        n.Dividends.ToDouble(),
        n.ServerEmission,
        n.ValidatorEmission,
        n.Emission,
        n.Take,
        n.ToNominators,
        n.TakeDust);
}

/// <summary>One validator and one miner of an explained epoch. Raw weights and bonds are of 65535.</summary>
internal sealed record EpochPairItem(
    int Validator,
    int Miner,
    int? RawWeight,
    WeightMask Mask,
    double Normalised,
    double Consensus,
    double Clipped,
    double ClippedAway,
    int? RawWeightWithinConsensus,
    double Contribution,
    double BondWeight,
    int BondBefore,
    bool BondOutdated,
    double Rate,
    int BondAfter,
    double BondShare,
    double DividendPart,
    Amount DividendRao)
{
    public static EpochPairItem Of(PairExplanation p) => new(
        p.Validator,
        p.Miner,
        p.RawWeight,
        p.Mask,
        p.Normalised.ToDouble(),
        p.Consensus.ToDouble(),
        p.Clipped.ToDouble(),
        p.ClippedAway.ToDouble(),
        p.RawWeightWithinConsensus,
        p.Contribution.ToDouble(),
        p.BondWeight.ToDouble(),
        p.BondBefore,
        p.BondOutdated,
        p.Rate.ToDouble(),
        p.BondAfter,
        p.BondShare.ToDouble(),
        p.DividendPart.ToDouble(),
        p.DividendAmount);
}

/// <summary>The answer of <c>subnet epoch what-if</c>.</summary>
internal sealed record EpochWhatIfDocument(
    string Name,
    byte[] InputDigest,
    byte[] ChangedInputDigest,
    IReadOnlyList<string> Changes,
    IReadOnlyList<EpochDifferenceItem> Neurons) : Document(FormatName)
{
    public const string FormatName = "subnet/epoch-what-if/1";
}

/// <summary>A neuron that comes out differently. Fractions are of 65535.</summary>
internal sealed record EpochDifferenceItem(int Uid, EpochOutcomeItem Before, EpochOutcomeItem After)
{
    public static EpochDifferenceItem Of(NeuronDifference d) => new(d.Uid, EpochOutcomeItem.Of(d.Before), EpochOutcomeItem.Of(d.After));
}

/// <summary>What a neuron gets. Fractions are of 65535.</summary>
internal sealed record EpochOutcomeItem(
    Amount EmissionRao, int Consensus, int Incentive, int Dividends, int ValidatorTrust, bool ValidatorPermit)
{
    public static EpochOutcomeItem Of(NeuronOutcome o) =>
        new(o.Emission, o.Consensus, o.Incentive, o.Dividends, o.ValidatorTrust, o.ValidatorPermit);
}

/// <summary>The answer of <c>subnet epoch what-if --adversaries</c>.</summary>
internal sealed record EpochAdversariesDocument(string Name, int Epochs, IReadOnlyList<EpochAdversaryItem> Adversaries) : Document(FormatName)
{
    public const string FormatName = "subnet/epoch-adversaries/1";
}

/// <summary>What an attack is worth.</summary>
internal sealed record EpochAdversaryItem(string Adversary, string Description, Amount FairRao, Amount AttackRao, bool Pays)
{
    public static EpochAdversaryItem Of(AdversaryReport report) => new(
        report.Name, report.Description, new Amount((Int128)report.FairEmission), new Amount((Int128)report.AttackEmission), report.Pays);
}
