using System.Text.Json.Nodes;
using Subnet.Core.Consensus;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>An epoch's result in the vectors' form.</summary>
internal static class EpochResultNodes
{
    /// <summary>Every field of the form, in its order.</summary>
    public static JsonObject Write(EpochResult result)
    {
        string[] fields =
        [
            "active", "stake_weight", "consensus", "incentive", "dividends", "validator_trust", "validator_permit", "server_emission",
            "validator_emission", "emission", "stake", "bonds",
        ];
        string[] numbers =
            ["stake", "active_stake", "consensus", "validator_trust", "prerank", "rank", "trust", "incentive", "dividends"];
        JsonObject node = [];
        foreach (string field in fields)
        {
            node[field] = Field(result, field);
        }

        JsonObject bits = [];
        foreach (string number in numbers)
        {
            bits[number] = Bits(result.Numbers, number);
        }

        node["bits"] = bits;
        return node;
    }

    /// <summary>One field; null where there is no such field.</summary>
    public static JsonNode? Field(EpochResult result, string name) => name switch
    {
        "active" => VectorNodes.Booleans(result.Active),
        "validator_permit" => VectorNodes.Booleans(result.ValidatorPermit),
        "stake_weight" => VectorNodes.Numbers(result.StakeWeight),
        "consensus" => VectorNodes.Numbers(result.Consensus),
        "incentive" => VectorNodes.Numbers(result.Incentive),
        "dividends" => VectorNodes.Numbers(result.Dividends),
        "validator_trust" => VectorNodes.Numbers(result.ValidatorTrust),
        "server_emission" => VectorNodes.Numbers(result.ServerEmission),
        "validator_emission" => VectorNodes.Numbers(result.ValidatorEmission),
        "emission" => VectorNodes.Numbers(result.Emission),
        "stake" => VectorNodes.Numbers(result.Stake),
        "bonds" => VectorNodes.Rows(result.Bonds),
        _ => null,
    };

    /// <summary>One vector of raw bits; null where there is no such vector.</summary>
    public static JsonNode? Bits(EpochNumbers numbers, string name) => name switch
    {
        "stake" => VectorNodes.Numbers(numbers.Stake),
        "active_stake" => VectorNodes.Numbers(numbers.ActiveStake),
        "consensus" => VectorNodes.Numbers(numbers.Consensus),
        "validator_trust" => VectorNodes.Numbers(numbers.ValidatorTrust),
        "prerank" => VectorNodes.Numbers(numbers.Prerank),
        "rank" => VectorNodes.Numbers(numbers.Rank),
        "trust" => VectorNodes.Numbers(numbers.Trust),
        "incentive" => VectorNodes.Numbers(numbers.Incentive),
        "dividends" => VectorNodes.Numbers(numbers.Dividends),
        _ => null,
    };
}
