using System.Collections.Immutable;
using System.Text.Json;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>Reads an epoch's input in the vectors' form.</summary>
internal static class EpochCaseReader
{
    private static readonly string[] s_fields =
    [
        "n", "current_block", "tempo", "activity_cutoff_blocks", "last_mechanism_step_block", "last_update", "block_at_registration",
        "alpha_stake", "tao_stake", "tao_weight", "stake_threshold", "owner_uid", "validator_permit", "weights", "bonds",
        "commit_reveal", "hyperparams", "rao_emission",
    ];

    private static readonly string[] s_hyperparameters =
    [
        "kappa", "bonds_penalty", "bonds_moving_average", "max_allowed_validators", "yuma3", "liquid_alpha", "alpha_low", "alpha_high",
        "alpha_sigmoid_steepness",
    ];

    /// <summary>A complete input.</summary>
    /// <exception cref="VectorFormatException">A field is missing, unknown or malformed.</exception>
    public static EpochInput Read(VectorObject source)
    {
        Require(source, s_fields);
        VectorObject hyperparameters = source.Object("hyperparams");
        Require(hyperparameters, s_hyperparameters);
        int n = source.Int32("n");
        if (n is < 0 or > EpochInput.MaxNeurons)
        {
            throw new VectorFormatException($"'n' is {n}, outside 0 to {EpochInput.MaxNeurons}");
        }

        EpochInput blank = new()
        {
            CurrentBlock = 0,
            Tempo = 0,
            ActivityCutoffBlocks = 0,
            LastMechanismStepBlock = 0,
            LastUpdate = [.. new ulong[n]],
            BlockAtRegistration = [],
            AlphaStake = [],
            RootStake = [],
            TaoWeight = 0,
            StakeThreshold = 0,
            OwnerUid = null,
            ValidatorPermit = [],
            Weights = StoredRows.Empty(0),
            Bonds = StoredRows.Empty(0),
            CommitRevealEnabled = false,
            EarliestCommitBlock = [],
            Hyperparameters = new EpochHyperparameters(),
            Emission = 0,
        };
        return Apply(blank, source);
    }

    /// <summary>The input with the given fields in place of its own.</summary>
    /// <exception cref="VectorFormatException">A field is unknown or malformed.</exception>
    public static EpochInput Apply(EpochInput input, VectorObject changes)
    {
        if (changes.Has("n"))
        {
            input = Grown(input, changes.Int32("n"));
        }

        foreach (string name in changes.Names)
        {
            input = name switch
            {
                "n" => input,
                "current_block" => input with { CurrentBlock = changes.UInt64(name) },
                "tempo" => input with { Tempo = changes.UInt64(name) },
                "activity_cutoff_blocks" => input with { ActivityCutoffBlocks = changes.UInt64(name) },
                "last_mechanism_step_block" => input with { LastMechanismStepBlock = changes.UInt64(name) },
                "last_update" => input with { LastUpdate = List(name, changes.Array(name, VectorObject.UInt64), input.NeuronCount) },
                "block_at_registration" => input with { BlockAtRegistration = [.. changes.Array(name, VectorObject.UInt64)] },
                "alpha_stake" => input with { AlphaStake = [.. changes.Array(name, VectorObject.UInt64)] },
                "tao_stake" => input with { RootStake = [.. changes.Array(name, VectorObject.UInt64)] },
                "tao_weight" => input with { TaoWeight = changes.UInt64(name) },
                "stake_threshold" => input with { StakeThreshold = changes.UInt64(name) },
                "owner_uid" => input with { OwnerUid = OptionalUid(name, changes.Take(name)) },
                "validator_permit" => input with { ValidatorPermit = [.. changes.Array(name, VectorObject.Boolean)] },
                "weights" => input with { Weights = Rows(name, changes.Take(name)) },
                "bonds" => input with { Bonds = Rows(name, changes.Take(name)) },
                "commit_reveal" => WithCommitReveal(input, changes.Object(name)),
                "hyperparams" => input with { Hyperparameters = Hyperparameters(input.Hyperparameters, changes.Object(name)) },
                "rao_emission" => input with { Emission = changes.UInt64(name) },
                _ => throw new VectorFormatException($"unknown input field '{name}'"),
            };
        }

        return input;
    }

    /// <summary>The hyperparameters with the given fields in place of their own.</summary>
    /// <exception cref="VectorFormatException">A field is unknown or malformed.</exception>
    public static EpochHyperparameters Hyperparameters(EpochHyperparameters parameters, VectorObject changes)
    {
        foreach (string name in changes.Names)
        {
            parameters = name switch
            {
                "kappa" => parameters with { Kappa = changes.UInt16(name) },
                "bonds_penalty" => parameters with { BondsPenalty = changes.UInt16(name) },
                "bonds_moving_average" => parameters with { BondsMovingAverage = UInt32(name, changes.UInt64(name)) },
                "max_allowed_validators" => parameters with { MaxAllowedValidators = changes.UInt16(name) },
                "yuma3" => parameters with { Yuma3 = changes.Boolean(name) },
                "liquid_alpha" => parameters with { LiquidAlpha = changes.Boolean(name) },
                "alpha_low" => parameters with { AlphaLow = changes.UInt16(name) },
                "alpha_high" => parameters with { AlphaHigh = changes.UInt16(name) },
                "alpha_sigmoid_steepness" => parameters with { AlphaSigmoidSteepness = changes.Int16(name) },
                _ => throw new VectorFormatException($"unknown hyperparameter '{name}'"),
            };
        }

        return parameters;
    }

    /// <summary>The input with neurons appended as registration leaves them: no permit, weights or bonds. The other lists come with them.</summary>
    private static EpochInput Grown(EpochInput input, int n)
    {
        int more = n - input.NeuronCount;
        if (more < 0 || n > EpochInput.MaxNeurons)
        {
            throw new VectorFormatException($"'n' is {n} after {input.NeuronCount}, and only grows up to {EpochInput.MaxNeurons}");
        }

        return more == 0 ? input : input with
        {
            LastUpdate = [.. input.LastUpdate, .. new ulong[more]],
            ValidatorPermit = [.. input.ValidatorPermit, .. new bool[more]],
            EarliestCommitBlock = [.. input.EarliestCommitBlock, .. new ulong?[more]],
            Weights = Grown(input.Weights, more),
            Bonds = Grown(input.Bonds, more),
        };
    }

    private static StoredRows Grown(StoredRows rows, int more) =>
        new([.. Enumerable.Range(0, rows.RowCount).Select(row => rows[row]), .. Enumerable.Repeat(StoredRow.Empty, more)]);

    private static void Require(VectorObject source, string[] fields)
    {
        foreach (string field in fields.Where(f => !source.Has(f)))
        {
            throw new VectorFormatException($"the input has no '{field}'");
        }
    }

    private static uint UInt32(string name, ulong value) => value <= uint.MaxValue
        ? (uint)value
        : throw new VectorFormatException($"'{name}' is {value}, above {uint.MaxValue}");

    private static ImmutableArray<ulong> List(string name, ulong[] values, int count) => values.Length == count
        ? [.. values]
        : throw new VectorFormatException($"'{name}' has {values.Length} entries for {count} neurons");

    private static int? OptionalUid(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Null ? null : VectorObject.UInt16(name, element);

    private static EpochInput WithCommitReveal(EpochInput input, VectorObject source)
    {
        bool enabled = source.Boolean("enabled");
        ulong?[] blocks = source.Array(
            "commit_block", (name, e) => e.ValueKind == JsonValueKind.Null ? (ulong?)null : VectorObject.UInt64(name, e));
        source.RequireAllTaken();
        return input with { CommitRevealEnabled = enabled, EarliestCommitBlock = [.. blocks] };
    }

    private static StoredRows Rows(string name, JsonElement element) => new(
        [.. VectorObject.Elements(name, element).Select(row => Row(name, row))]);

    private static StoredRow Row(string name, JsonElement element)
    {
        List<ushort> columns = [], values = [];
        foreach (JsonElement entry in VectorObject.Elements(name, element))
        {
            JsonElement[] pair = VectorObject.Tuple(name, entry, 2);
            columns.Add(VectorObject.UInt16(name, pair[0]));
            values.Add(VectorObject.UInt16(name, pair[1]));
        }

        return new(columns.ToArray(), values.ToArray());
    }
}
