using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>The vectors' functions of <c>Subnet.Core/Emission</c> and <c>Pools</c>.</summary>
internal static class EmissionFunctions
{
    public static IReadOnlyDictionary<string, Func<VectorObject, JsonNode?>> All { get; } =
        new Dictionary<string, Func<VectorObject, JsonNode?>>(StringComparer.Ordinal)
        {
            ["block_emission"] = a => BlockEmission.AtIssuance(a.UInt64("issuance")),
            ["root_proportion"] = a => VectorNodes.Bits(
                TaoWeight.RootProportion(a.UInt64("root_tao"), a.UInt64("alpha_issuance"), a.UInt64("tao_weight"))),
            ["subnet_terms"] = Terms,
            ["split_alpha_out"] = Split,
            ["moving_price"] = a => VectorNodes.Bits(PoolPrice.Moving(
                a.Fixed<I96F32>("current"),
                a.Fixed<U64F64>("spot"),
                a.Fixed<I96F32>("moving_alpha"),
                a.UInt64("blocks_since_start"),
                a.UInt64("halving"))),
            ["price_shares"] = a => VectorNodes.Bits<U64F64>(EmissionShares.ByPrice(
                a.Array("moving", VectorObject.Fixed<I96F32>),
                a.Array("burned", VectorObject.Fixed<U96F32>),
                a.Array("enabled", VectorObject.Boolean))),
            ["subnet_tao_emission"] = TaoEmission,
            ["dividend_distribution"] = Dividends,
            ["take_split"] = Take,
            ["split_mechanism_emission"] = Mechanisms,
            ["swap_fee"] = a => SwapFee.Of(a.UInt64("amount"), a.UInt16("fee_rate")),
            ["swap_out"] = a => PoolReserves.AmountOut(
                a.UInt64("reserve_in"), a.UInt64("reserve_out"), a.UInt64("delta_in"), PoolReserves.EqualWeight, PoolReserves.EqualWeight),
            ["pool_price"] = a => VectorNodes.Bits(
                PoolPrice.Spot(a.UInt64("tao_reserve"), a.UInt64("alpha_reserve"), a.UInt64("quote_weight"))),
        };

    private static JsonArray Terms(VectorObject a)
    {
        SubnetInjection terms = SubnetInjection.Compute(
            a.Fixed<U96F32>("tao_emission"),
            a.Fixed<U64F64>("price"),
            a.UInt64("alpha_issuance"),
            a.UInt64("root_tao"),
            a.UInt64("tao_weight"));
        return VectorNodes.Bits([terms.TaoIn, terms.AlphaIn, terms.AlphaOut, terms.ExcessTao]);
    }

    private static JsonObject Split(VectorObject a)
    {
        AlphaSplit split = AlphaSplit.Compute(
            U96F32.FromInteger(a.UInt64("alpha_out")),
            a.UInt16("owner_cut"),
            a.Boolean("owner_cut_enabled"),
            a.Fixed<U96F32>("root_proportion"));
        return new JsonObject
        {
            ["owner"] = split.Owner,
            ["server"] = split.Server,
            ["validator"] = split.Validator,
            ["root"] = split.Root,
        };
    }

    private static JsonArray TaoEmission(VectorObject a)
    {
        ulong blockEmission = a.UInt64("block_emission");
        return VectorNodes.Bits(
            a.Array("shares", VectorObject.Fixed<U64F64>).Select(share => EmissionShares.TaoEmission(share, blockEmission)));
    }

    private static JsonArray Dividends(VectorObject a)
    {
        (U96F32[] alpha, U96F32[] root) = DividendDistribution.Divide(
            a.UInt64("pending_alpha"), a.UInt64("pending_root"), a.UInt64("tao_weight"), a.Array("rows", Claim));
        return [VectorNodes.Bits<U96F32>(alpha), VectorNodes.Bits<U96F32>(root)];
    }

    private static DividendClaim Claim(string name, JsonElement element)
    {
        JsonElement[] row = VectorObject.Tuple(name, element, 3);
        return new(VectorObject.UInt64(name, row[0]), VectorObject.UInt64(name, row[1]), VectorObject.UInt64(name, row[2]));
    }

    private static JsonArray Take(VectorObject a)
    {
        DelegateTake split = DelegateTake.Split(a.Fixed<U96F32>("amount"), a.UInt16("take"));
        return [split.Take, split.Rest];
    }

    private static JsonArray Mechanisms(VectorObject a)
    {
        JsonElement split = a.Take("split");
        ushort[]? parts = split.ValueKind == JsonValueKind.Null ? null : VectorObject.Array("split", split, VectorObject.UInt16);
        int count = a.Int32("count");
        return count is > 0 and <= byte.MaxValue
            ? VectorNodes.Numbers(MechanismSplit.Divide(a.UInt64("amount"), count, parts))
            : throw new VectorFormatException($"'count' is {count}, outside 1 to {byte.MaxValue}");
    }
}
