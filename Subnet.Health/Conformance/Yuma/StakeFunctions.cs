using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Core.Numerics;
using Subnet.Core.Registration;
using Subnet.Core.Staking;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>The vectors' functions of <c>Subnet.Core/Staking</c> and <c>Registration</c>.</summary>
internal static class StakeFunctions
{
    public static IReadOnlyDictionary<string, Func<VectorObject, JsonNode?>> All { get; } =
        new Dictionary<string, Func<VectorObject, JsonNode?>>(StringComparer.Ordinal)
        {
            ["inherited_stake"] = a => InheritedStake.Compute(
                a.UInt64("own"), a.Array("to_children", VectorObject.UInt64), a.Array("from_parents", InheritedPart)),
            ["parent_child_split"] = ParentChildSplit,
            ["share_pool"] = SharePool,
            ["burn_decay_factor_q32"] = a => BurnPrice.DecayFactor(a.UInt16("half_life")),
            ["burn_step"] = a => BurnPrice.Step(
                a.UInt64("burn"), a.UInt64("min"), a.UInt64("max"), BurnPrice.DecayFactor(a.UInt16("half_life")), a.UInt64("block")),
            ["burn_bump"] = a => BurnPrice.Bump(a.UInt64("burn"), a.UInt64("min"), a.UInt64("max"), a.Fixed<U64F64>("mult")),
            ["prune_candidate"] = PruneCandidate,
        };

    private static InheritedPart InheritedPart(string name, JsonElement element)
    {
        JsonElement[] pair = VectorObject.Tuple(name, element, 2);
        return new(VectorObject.UInt64(name, pair[0]), VectorObject.UInt64(name, pair[1]));
    }

    private static JsonArray ParentChildSplit(VectorObject a)
    {
        VectorObject own = a.Object("own");
        ChildKeyDividends split = ChildKeyDividends.Divide(
            a.UInt64("dividend"),
            a.UInt16("child_take"),
            a.UInt64("ck_burn"),
            a.UInt64("tao_weight"),
            own.UInt64("alpha"),
            own.UInt64("root"),
            own.Array("children", VectorObject.UInt64),
            a.Array("parents", Parent));
        own.RequireAllTaken();
        return [VectorNodes.Numbers(split.Parents), split.Child, VectorNodes.Numbers(split.Burned)];
    }

    private static ParentStake Parent(string name, JsonElement element)
    {
        VectorObject parent = new(name, element);
        ParentStake stake = new(
            parent.UInt64("alpha"), parent.UInt64("root"), parent.UInt64("proportion"), parent.Boolean("same_owner"));
        parent.RequireAllTaken();
        return stake;
    }

    private static JsonArray SharePool(VectorObject a)
    {
        SharePool<long> pool = new();
        JsonArray states = [];
        foreach (JsonElement operation in VectorObject.Elements("ops", a.Take("ops")))
        {
            Apply(pool, operation);
            JsonNode[] values = [.. pool.Shares.Keys.Order().Select(key => (JsonNode)new JsonArray(key, pool.ValueOf(key)))];
            states.Add((JsonNode)new JsonArray(values));
        }

        return states;
    }

    private static void Apply(SharePool<long> pool, JsonElement operation)
    {
        JsonElement[] parts = [.. VectorObject.Elements("ops", operation)];
        string name = parts.Length == 0 ? "" : VectorObject.Text("ops", parts[0]);
        long amount = parts.Length < 2 ? 0 : VectorObject.Int64("ops", parts[^1]);
        switch (name, parts.Length, amount >= 0)
        {
            case ("all", 2, true):
                pool.GiveToAll((ulong)amount);
                break;
            case ("all", 2, false):
                pool.TakeFromAll(unchecked((ulong)-amount));
                break;
            case ("one", 3, true):
                pool.GiveToOne(VectorObject.Int64("ops", parts[1]), (ulong)amount);
                break;
            case ("one", 3, false):
                pool.TakeFromOne(VectorObject.Int64("ops", parts[1]), unchecked((ulong)-amount));
                break;
            default:
                throw new VectorFormatException($"unknown share pool operation '{name}' of {parts.Length} parts");
        }
    }

    private static JsonNode? PruneCandidate(VectorObject a)
    {
        ulong[] emission = a.Array("emission", VectorObject.UInt64), registered = a.Array("reg_block", VectorObject.UInt64);
        bool[] immune = a.Array("immune", VectorObject.Boolean), immortal = a.Array("immortal", VectorObject.Boolean);
        if (registered.Length != emission.Length || immune.Length != emission.Length || immortal.Length != emission.Length)
        {
            throw new VectorFormatException("the arrays of 'prune_candidate' differ in length");
        }

        PruningCandidate[] neurons =
            [.. emission.Select((e, uid) => new PruningCandidate(e, registered[uid], immune[uid], immortal[uid]))];
        return Pruning.FindUid(neurons, (int)Math.Min(a.UInt64("min_non_immune"), int.MaxValue));
    }
}
