using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>
/// The hyperparameters of a subnet by number and name, each with its ranges and who may set it (design/yuma.md section 12). In a range, p
/// is the subnet's parameters, g the network's, n the number of neurons and v the value. Truth values are 0 and 1;
/// alpha_values is low * 65536 + high; burn_increase_mult is a whole factor; mechanism_split is the second mechanism's part, 65536 for an even one.
/// </summary>
public static class HyperparameterCatalog
{
    /// <summary>All of them, by number from 1.</summary>
    public static IReadOnlyList<Hyperparameter> All { get; } =
    [
        new(
            1,
            "tempo",
            static p => p.Tempo,
            static (p, v) => p with { Tempo = (ushort)v },
            static (p, g, n, v) => v >= 1 && v <= ushort.MaxValue,
            static (p, g, n, v) => v >= g.MinTempo && v <= g.MaxTempo),
        new(
            2,
            "kappa",
            static p => p.Kappa,
            static (p, v) => p with { Kappa = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            null),
        new(
            3,
            "max_allowed_uids",
            static p => p.MaxAllowedUids,
            static (p, v) => p with { MaxAllowedUids = (ushort)v },
            static (p, g, n, v) => v >= n && v >= 1 && v * p.MechanismCount <= g.MaxUids,
            static (p, g, n, v) => v >= n && v >= g.MinUids && v * p.MechanismCount <= g.MaxUids),
        new(
            4,
            "max_allowed_validators",
            static p => p.MaxAllowedValidators,
            static (p, v) => p with { MaxAllowedValidators = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= p.MaxAllowedUids,
            null),
        new(
            5,
            "min_allowed_weights",
            static p => p.MinAllowedWeights,
            static (p, v) => p with { MinAllowedWeights = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue),
        new(
            6,
            "weights_set_rate_limit",
            static p => p.WeightsSetRateLimit,
            static (p, v) => p with { WeightsSetRateLimit = (ulong)v },
            static (p, g, n, v) => v >= 0 && v <= ulong.MaxValue,
            null),
        new(
            7,
            "weights_version_key",
            static p => p.WeightsVersionKey,
            static (p, v) => p with { WeightsVersionKey = (ulong)v },
            static (p, g, n, v) => v >= 0 && v <= ulong.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ulong.MaxValue),
        new(
            8,
            "activity_cutoff_factor_milli",
            static p => p.ActivityCutoffFactorMilli,
            static (p, v) => p with { ActivityCutoffFactorMilli = (uint)v },
            static (p, g, n, v) => v >= 1_000 && v <= 50_000,
            static (p, g, n, v) => v >= 1_000 && v <= 50_000),
        new(
            9,
            "immunity_period",
            static p => p.ImmunityPeriod,
            static (p, v) => p with { ImmunityPeriod = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue),
        new(
            10,
            "bonds_moving_average",
            static p => p.BondsMovingAverage,
            static (p, v) => p with { BondsMovingAverage = (ulong)v },
            static (p, g, n, v) => v >= 0 && v <= 1_000_000,
            static (p, g, n, v) => v >= 0 && v <= 975_000),
        new(
            11,
            "bonds_penalty",
            static p => p.BondsPenalty,
            static (p, v) => p with { BondsPenalty = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue),
        new(
            12,
            "bonds_reset_on",
            static p => p.BondsResetOn ? 1 : 0,
            static (p, v) => p with { BondsResetOn = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            13,
            "yuma3_on",
            static p => p.Yuma3On ? 1 : 0,
            static (p, v) => p with { Yuma3On = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            14,
            "liquid_alpha_on",
            static p => p.LiquidAlphaOn ? 1 : 0,
            static (p, v) => p with { LiquidAlphaOn = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            15,
            "alpha_values",
            static p => ((uint)p.AlphaLow << 16) | p.AlphaHigh,
            static (p, v) => p with { AlphaLow = (ushort)(v >> 16), AlphaHigh = (ushort)(v & 0xffff) },
            static (p, g, n, v) => AlphaValuesAreValid(p, v),
            static (p, g, n, v) => AlphaValuesAreValid(p, v)),
        new(
            16,
            "alpha_sigmoid_steepness",
            static p => p.AlphaSigmoidSteepness,
            static (p, v) => p with { AlphaSigmoidSteepness = (short)v },
            static (p, g, n, v) => v >= short.MinValue && v <= short.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= short.MaxValue),
        new(
            17,
            "commit_reveal_weights_enabled",
            static p => p.CommitRevealWeightsEnabled ? 1 : 0,
            static (p, v) => p with { CommitRevealWeightsEnabled = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            18,
            "reveal_period_epochs",
            static p => p.RevealPeriodEpochs,
            static (p, v) => p with { RevealPeriodEpochs = (ulong)v },
            static (p, g, n, v) => v >= 1 && v <= 100,
            static (p, g, n, v) => v >= 1 && v <= 100),
        new(
            19,
            "rho",
            static p => p.Rho,
            static (p, v) => p with { Rho = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue),
        new(
            20,
            "min_burn",
            static p => p.MinBurn,
            static (p, v) => p with { MinBurn = (ulong)v },
            static (p, g, n, v) => v >= 0 && v < 1_000_000_000 && v < p.MaxBurn,
            static (p, g, n, v) => v >= 0 && v < 1_000_000_000 && v < p.MaxBurn),
        new(
            21,
            "max_burn",
            static p => p.MaxBurn,
            static (p, v) => p with { MaxBurn = (ulong)v },
            static (p, g, n, v) => v > 100_000_000 && v > p.MinBurn && v <= ulong.MaxValue,
            static (p, g, n, v) => v > 100_000_000 && v > p.MinBurn && v <= ulong.MaxValue),
        new(
            22,
            "burn_half_life",
            static p => p.BurnHalfLife,
            static (p, v) => p with { BurnHalfLife = (ushort)v },
            static (p, g, n, v) => v >= 1 && v <= 36_100,
            static (p, g, n, v) => v >= 1 && v <= 36_100),
        new(
            23,
            "burn_increase_mult",
            static p => (Int128)(p.BurnIncreaseMult >> 64),
            static (p, v) => p with { BurnIncreaseMult = (UInt128)v << 64 },
            static (p, g, n, v) => v >= 1 && v <= 3,
            static (p, g, n, v) => v >= 1 && v <= 3),
        new(
            24,
            "immune_owner_uids_limit",
            static p => p.ImmuneOwnerUidsLimit,
            static (p, v) => p with { ImmuneOwnerUidsLimit = (ushort)v },
            static (p, g, n, v) => v >= 1 && v <= 10,
            static (p, g, n, v) => v >= 1 && v <= 10),
        new(
            25,
            "min_non_immune_uids",
            static p => p.MinNonImmuneUids,
            static (p, v) => p with { MinNonImmuneUids = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= ushort.MaxValue,
            null),
        new(
            26,
            "recycle_owner_emission",
            static p => p.RecycleOwnerEmission ? 1 : 0,
            static (p, v) => p with { RecycleOwnerEmission = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            27,
            "owner_cut_enabled",
            static p => p.OwnerCutEnabled ? 1 : 0,
            static (p, v) => p with { OwnerCutEnabled = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            static (p, g, n, v) => v == 0 || v == 1),
        new(
            28,
            "network_registration_allowed",
            static p => p.NetworkRegistrationAllowed ? 1 : 0,
            static (p, v) => p with { NetworkRegistrationAllowed = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            null),
        new(
            29,
            "subnet_emission_enabled",
            static p => p.SubnetEmissionEnabled ? 1 : 0,
            static (p, v) => p with { SubnetEmissionEnabled = v != 0 },
            static (p, g, n, v) => v == 0 || v == 1,
            null),
        new(
            30,
            "fee_rate",
            static p => p.FeeRate,
            static (p, v) => p with { FeeRate = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= g.MaxFeeRate,
            null),
        new(
            31,
            "access_fee_burn",
            static p => p.AccessFeeBurn,
            static (p, v) => p with { AccessFeeBurn = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= 65_535 - p.AccessFeeOwner,
            static (p, g, n, v) => v >= 0 && v <= 65_535 - p.AccessFeeOwner),
        new(
            32,
            "access_fee_owner",
            static p => p.AccessFeeOwner,
            static (p, v) => p with { AccessFeeOwner = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= 65_535 - p.AccessFeeBurn,
            static (p, g, n, v) => v >= 0 && v <= 65_535 - p.AccessFeeBurn),
        new(
            33,
            "access_price",
            static p => p.AccessPrice,
            static (p, v) => p with { AccessPrice = (ulong)v },
            static (p, g, n, v) => v >= 0 && v <= ulong.MaxValue,
            static (p, g, n, v) => v >= 0 && v <= ulong.MaxValue),
        new(
            34,
            "min_child_take",
            static p => p.MinChildTake,
            static (p, v) => p with { MinChildTake = (ushort)v },
            static (p, g, n, v) => v >= 0 && v <= g.MaxTake,
            static (p, g, n, v) => v >= 0 && v <= g.MaxTake),
        new(
            35,
            "mechanism_count",
            static p => p.MechanismCount,
            static (p, v) => p with { MechanismCount = (byte)v },
            static (p, g, n, v) => v >= 1 && v <= MechanismIndex.Most && v * p.MaxAllowedUids <= g.MaxUids,
            static (p, g, n, v) => v >= 1 && v <= MechanismIndex.Most && v * p.MaxAllowedUids <= g.MaxUids),
        new(
            36,
            "mechanism_split",
            static p => p.MechanismSplit,
            static (p, v) => p with { MechanismSplit = (uint)v },
            static (p, g, n, v) => v >= 0 && v <= Hyperparameters.EvenSplit,
            static (p, g, n, v) => v >= 0 && v <= Hyperparameters.EvenSplit),
    ];

    /// <summary>The hyperparameter of a number, or null.</summary>
    public static Hyperparameter? Find(ushort number) => number >= 1 && number <= All.Count ? All[number - 1] : null;

    /// <summary>The hyperparameter of a name, or null.</summary>
    public static Hyperparameter? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    private static bool AlphaValuesAreValid(Hyperparameters p, Int128 v) =>
        p.LiquidAlphaOn && v >= 0 && v <= uint.MaxValue && v >> 16 >= 1_638 && (v & 0xffff) >= v >> 16;
}
