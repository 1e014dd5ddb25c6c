using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Core.Consensus;
using Subnet.Core.Numerics;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>The vectors' functions of <c>Subnet.Core/Numerics</c> and <c>Consensus</c>.</summary>
internal static class ConsensusFunctions
{
    private const int MaximumColumns = ushort.MaxValue + 1;

    public static IReadOnlyDictionary<string, Func<VectorObject, JsonNode?>> All { get; } =
        new Dictionary<string, Func<VectorObject, JsonNode?>>(StringComparer.Ordinal)
        {
            ["exp_safe"] = a => I32F32.BoundedExp(a.I32F32("x")).Bits,
            ["ln"] = a => I32F32.TryLn(a.I32F32("x"), out I32F32 ln) ? ln.Bits : 0,
            ["sigmoid_safe"] = a => LiquidAlpha.Sigmoid(a.I32F32("x"), a.I32F32("rho"), a.I32F32("kappa")).Bits,
            ["alpha_sigmoid"] = AlphaSigmoid,
            ["max_upscale_u16"] = a => VectorNodes.Numbers(WeightRow.UpscaleToMaximum(a.Array("bits", VectorObject.I32F32))),
            ["u16_max_upscale"] = a => VectorNodes.Numbers(WeightRow.UpscaleToMaximum(a.Array("values", VectorObject.UInt16))),
            ["max_limited"] = a => WeightRow.IsMaxLimited(a.Array("values", VectorObject.UInt16), a.UInt16("limit")),
            ["topk_nonzero"] = a => VectorNodes.Booleans(
                ValidatorPermits.TopNonzero(a.Array("bits", VectorObject.I32F32), (int)Math.Min(a.UInt64("k"), int.MaxValue))),
            ["weighted_median"] = a => StakeWeightedMedian.Of(
                a.Array("stake", VectorObject.I32F32), a.Array("score", VectorObject.I32F32), a.I32F32("minority")).Bits,
            ["weighted_median_cols"] = a => VectorNodes.Numbers(StakeWeightedMedian.OfColumns(
                a.Array("stake", VectorObject.I32F32), Matrix(a.Take("rows"), Columns(a)), a.I32F32("kappa"))),
            ["interpolate"] = Interpolate,
            ["ema_alpha_rows"] = MovingAverage,
            ["stake_weights"] = StakeWeight,
            ["commit_hash"] = Commit,
        };

    private static JsonNode AlphaSigmoid(VectorObject a)
    {
        LiquidAlpha rule = new(a.I32F32("low"), a.I32F32("high"), LiquidAlpha.SlopeOf(a.Int16("steepness")));
        return rule.Rate(a.I32F32("consensus"), a.I32F32("weight"), a.I32F32("bond")).Bits;
    }

    private static JsonArray Interpolate(VectorObject a)
    {
        int columns = Columns(a);
        return VectorNodes.Rows(SparseAlgebra.Interpolate(Matrix(a.Take("a"), columns), Matrix(a.Take("b"), columns), a.I32F32("ratio")));
    }

    private static JsonArray MovingAverage(VectorObject a)
    {
        I32F32[][] rates = a.Array("alphas", (name, row) => VectorObject.Array(name, row, VectorObject.I32F32));
        int columns = rates.Length == 0 ? 0 : rates[0].Length;
        return VectorNodes.Rows(LiquidBonds.MovingAverage(Matrix(a.Take("new"), columns), Matrix(a.Take("old"), columns), rates));
    }

    private static JsonArray StakeWeight(VectorObject a)
    {
        ulong[] alpha = a.Array("alpha", VectorObject.UInt64), root = a.Array("tao", VectorObject.UInt64);
        if (alpha.Length != root.Length)
        {
            throw new VectorFormatException("'alpha' and 'tao' differ in length");
        }

        ulong weight = a.UInt64("tao_weight");
        return VectorNodes.Bits(alpha.Zip(root, (x, y) => StakeWeights.Total(x, y, weight)));
    }

    private static JsonNode Commit(VectorObject a) => Convert.ToHexStringLower(CommitHash.Compute(
        Hexadecimal(a.Text("hotkey")),
        a.UInt16("netuid_index"),
        a.Array("uids", VectorObject.UInt16),
        a.Array("values", VectorObject.UInt16),
        a.Array("salt", VectorObject.UInt16),
        a.UInt64("version_key")));

    private static byte[] Hexadecimal(string text)
    {
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException exception)
        {
            throw new VectorFormatException("'hotkey' is not hexadecimal", exception);
        }
    }

    private static int Columns(VectorObject a)
    {
        int columns = a.Int32("n");
        return columns is >= 0 and <= MaximumColumns ? columns : throw new VectorFormatException($"'n' is {columns}");
    }

    private static SparseMatrix Matrix(JsonElement rows, int columns) => SparseMatrix.FromRows(
        VectorObject.Array("rows", rows, (name, row) => VectorObject.Array(name, row, Entry)), columns);

    private static KeyValuePair<int, I32F32> Entry(string name, JsonElement element)
    {
        JsonElement[] pair = VectorObject.Tuple(name, element, 2);
        return new(VectorObject.UInt16(name, pair[0]), VectorObject.I32F32(name, pair[1]));
    }
}
