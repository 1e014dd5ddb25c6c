using System.Text.Json.Nodes;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>An epoch's input in the vectors' form; <see cref="EpochCaseReader"/> reads it back.</summary>
internal static class EpochInputNodes
{
    public static JsonObject Write(EpochInput input)
    {
        EpochHyperparameters p = input.Hyperparameters;
        return new JsonObject
        {
            ["n"] = input.NeuronCount,
            ["current_block"] = input.CurrentBlock,
            ["tempo"] = input.Tempo,
            ["activity_cutoff_blocks"] = input.ActivityCutoffBlocks,
            ["last_mechanism_step_block"] = input.LastMechanismStepBlock,
            ["last_update"] = VectorNodes.Numbers(input.LastUpdate),
            ["block_at_registration"] = VectorNodes.Numbers(input.BlockAtRegistration),
            ["alpha_stake"] = VectorNodes.Numbers(input.AlphaStake),
            ["tao_stake"] = VectorNodes.Numbers(input.RootStake),
            ["tao_weight"] = input.TaoWeight,
            ["stake_threshold"] = input.StakeThreshold,
            ["owner_uid"] = input.OwnerUid,
            ["validator_permit"] = VectorNodes.Booleans(input.ValidatorPermit),
            ["weights"] = VectorNodes.Rows(input.Weights),
            ["bonds"] = VectorNodes.Rows(input.Bonds),
            ["commit_reveal"] = new JsonObject
            {
                ["enabled"] = input.CommitRevealEnabled,
                ["commit_block"] = new JsonArray([.. input.EarliestCommitBlock.Select(b => (JsonNode?)b)]),
            },
            ["hyperparams"] = new JsonObject
            {
                ["kappa"] = p.Kappa,
                ["max_allowed_validators"] = p.MaxAllowedValidators,
                ["bonds_penalty"] = p.BondsPenalty,
                ["bonds_moving_average"] = p.BondsMovingAverage,
                ["yuma3"] = p.Yuma3,
                ["liquid_alpha"] = p.LiquidAlpha,
                ["alpha_low"] = p.AlphaLow,
                ["alpha_high"] = p.AlphaHigh,
                ["alpha_sigmoid_steepness"] = p.AlphaSigmoidSteepness,
            },
            ["rao_emission"] = input.Emission,
        };
    }
}
