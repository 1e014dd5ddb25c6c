using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Forests;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Circuits.Forests;

/// <summary>The query of a forest's card as canonical JSON and back; the reader checks all that evaluation relies on.</summary>
internal static class ForestJson
{
    private const int CommitmentBytes = 32;
    private const int MaxBatchBits = 4096;
    private const int MostTrees = 1 << 20;

    /// <summary>Writes it.</summary>
    public static CanonicalObject Write(CompiledForest compiled, ReadOnlySpan<byte> commitment)
    {
        var json = new CanonicalObject
        {
            { "set", compiled.Set.Id },
            { "set_name", compiled.Set.Name },
            { "bits", compiled.Edges.Bits },
            { "features", new CanonicalList(compiled.Edges.Features.Select(own => (CanonicalValue)Feature(own))) },
            { "scale", Number(compiled.Scale) },
            { "bound", ForestSlots.LargestAnswer.ToString(CultureInfo.InvariantCulture) },
            { "rounding", Number(compiled.Rounding) },
            { "commitment", Convert.ToHexStringLower(commitment) },
            { "key_bytes", ForestKeyBundle.ByteCount(compiled.Set, compiled.Elements.Count) },
            { "upload_bytes", ForestQuery.ByteCount(compiled.Set, compiled.IsBatch ? compiled.Edges.Bits : 1) },
            { "reply_bytes", ForestReply.ByteCount(compiled.Set, compiled.IsBatch) },
            { "failure_probability", compiled.Exactness.FailureProbability },
        };
        if (compiled.Layout is ForestLayout layout)
        {
            json.Add("leaves", layout.Leaves);
            json.Add("path_features", layout.PathFeatures);
        }
        else
        {
            json.Add("depth", compiled.Forest.Depth);
            json.Add("trees", compiled.DeclaredTrees);
        }

        return json;
    }

    /// <summary>Reads it for a feature vector of some width.</summary>
    /// <exception cref="PlanFormatException">It is not one, or the set leaves no margin for flooding.</exception>
    public static CardForest Read(PlanObject json, CircuitKind kind, int width)
    {
        ForestSet set = ForestSet.Find((int)json.Integer("set", 1, byte.MaxValue)) ?? throw new PlanFormatException("the parameter set is unknown");
        int bits = (int)json.Integer("bits", 1, MaxBatchBits);
        FeatureEdges[] features = [.. json.Objects("features").Select(feature => Feature(feature, width))];
        PlanObject.Require(features.Select(own => own.Feature).Distinct().Count() == features.Length, "a feature has its edges once");
        PlanObject.Require(features.Sum(own => own.Edges.Length) <= bits, "there are no more edges than bits");
        double scale = json.Double("scale");
        double rounding = json.Double("rounding");
        PlanObject.Require(scale > 0 && double.IsFinite(scale) && rounding >= 0 && double.IsFinite(rounding), "scale and rounding are finite numbers");
        bool isBound = long.TryParse(json.Text("bound"), NumberStyles.None, CultureInfo.InvariantCulture, out long bound);
        PlanObject.Require(isBound && bound > 0 && bound <= ForestSlots.LargestAnswer, "the bound is below half the plain modulus");
        ForestLayout? layout = kind == CircuitKind.ForestPrivate ? Layout(json, set, bits) : null;
        var forest = new CardForest(set, layout, new ForestEdges([.. features], bits), scale, bound, rounding, [.. Hex(json.Text("commitment"))])
        {
            Exactness = layout is null ? Batch(json, set) : ExactnessClaim.Of(layout),
        };
        PlanObject.Require(json.Text("set_name") == set.Name, "the name is that of the set");
        PlanObject.Require(json.Text("failure_probability") == forest.Exactness.FailureProbability, "the failure probability is the one that follows from set and bounds");
        PlanObject.Require(json.Integer("key_bytes", 1, long.MaxValue) == forest.KeyBytes, "the key bundle has the bytes that follow from the set");
        PlanObject.Require(json.Integer("upload_bytes", 1, long.MaxValue) == forest.UploadBytes, "a query has the bytes that follow from the set");
        PlanObject.Require(json.Integer("reply_bytes", 1, long.MaxValue) == forest.ReplyBytes, "a reply has the bytes that follow from the set");
        return forest;
    }

    private static ExactnessClaim Batch(PlanObject json, ForestSet set)
    {
        const int Deepest = 64;
        int depth = (int)json.Integer("depth", 1, Deepest);
        int trees = (int)json.Integer("trees", 1, MostTrees);
        var noise = new ForestNoise(set);
        PlanObject.Require(noise.Admits(noise.Batch(depth, trees)), "the set leaves its margin for flooding");
        return ExactnessClaim.Of(set, depth, trees, ForestSlots.LargestAnswer);
    }

    private static ForestLayout Layout(PlanObject json, ForestSet set, int bits)
    {
        ForestLayout layout;
        try
        {
            layout = new ForestLayout(
                set, bits, (int)json.Integer("leaves", 2, set.Degree), (int)json.Integer("path_features", ForestLayout.FewestPathFeatures, ForestLayout.MostPathFeatures));
        }
        catch (ArgumentException fault)
        {
            throw new PlanFormatException(fault.Message);
        }

        var noise = new ForestNoise(set);
        PlanObject.Require(noise.Admits(noise.SinglePatient(layout)), "the set leaves its margin for flooding");
        return layout;
    }

    private static CanonicalObject Feature(FeatureEdges own) => new()
    {
        { "feature", own.Feature },
        { "edges", new CanonicalList(own.Edges.Select(edge => (CanonicalValue)edge.ToString("R", CultureInfo.InvariantCulture))) },
        { "missing", own.Missing.ToString().ToLowerInvariant() },
    };

    private static FeatureEdges Feature(PlanObject json, int width)
    {
        float[] edges = json.Singles("edges");
        for (int i = 0; i < edges.Length; i++)
        {
            PlanObject.Require(!float.IsNaN(edges[i]) && (i == 0 || edges[i] > edges[i - 1]), "edges ascend");
        }

        return new FeatureEdges((int)json.Integer("feature", 0, width - 1), [.. edges], json.Word<MissingSide>("missing"));
    }

    private static byte[] Hex(string text)
    {
        PlanObject.Require(
            text.Length == 2 * CommitmentBytes && text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')), $"a forest's commitment has {CommitmentBytes} bytes in lower-case hexadecimal");
        return Convert.FromHexString(text);
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
