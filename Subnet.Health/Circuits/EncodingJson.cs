using System.Collections.Immutable;
using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Commitments;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>Feature encodings as canonical JSON and back; the reader checks all that evaluation relies on.</summary>
internal static class EncodingJson
{
    private const int MaxFeatures = 8192;
    private const long MaxInteger = 1L << 40;
    private const long MaxFactor = 1L << 24;

    /// <summary>Writes an encoding.</summary>
    public static CanonicalObject Write(FeatureEncoding encoding) => encoding switch
    {
        RealEncoding reals => new CanonicalObject
        {
            { "kind", "reals" }, { "features", new CanonicalList(reals.Features.Select(feature => (CanonicalValue)Real(feature))) },
        },
        PresenceEncoding presence => new CanonicalObject { { "kind", "presence" }, { "count", presence.Length - 1 } },
        BinEncoding bins => new CanonicalObject
        {
            { "kind", "bins" },
            { "shapes", new CanonicalList(bins.Shapes.Select(shape => (CanonicalValue)new PlanStep("bins")
                .Integers("feature", [shape.Feature]).Doubles("bound", shape.UpperBounds).Json)) },
        },
        LeafEncoding leaves => new CanonicalObject
        {
            { "kind", "leaves" }, { "trees", new CanonicalList(leaves.Trees.Select(tree => (CanonicalValue)Tree(tree))) },
        },
        ProductEncoding products => new CanonicalObject
        {
            { "kind", "products" },
            { "features", new CanonicalList(products.Reals.Features.Select(feature => (CanonicalValue)Real(feature))) },
            { "first", new CanonicalList(products.Pairs.Select(pair => (CanonicalValue)pair.First)) },
            { "second", new CanonicalList(products.Pairs.Select(pair => (CanonicalValue)pair.Second)) },
        },
        JoinedEncoding joined => new CanonicalObject
        {
            { "kind", "joined" }, { "parts", new CanonicalList(joined.Parts.Select(part => (CanonicalValue)Write(part))) },
        },
        _ => throw new ArgumentException($"{encoding.GetType().Name} has no form", nameof(encoding)),
    };

    /// <summary>Reads an encoding for a feature vector of some width.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static FeatureEncoding Read(PlanObject json, int width)
    {
        switch (json.Text("kind"))
        {
            case "reals":
                RealFeature[] features = [.. json.Objects("features").Select(Real)];
                PlanObject.Require(features.Length == width || features.Length == 0, "every feature is encoded");
                return new RealEncoding([.. features]);
            case "presence":
                return new PresenceEncoding((int)json.Integer("count", width, width));
            case "bins":
                return new BinEncoding([.. json.Objects("shapes").Select(shape => Shape(shape, width))]);
            case "leaves":
                return new LeafEncoding([.. json.Objects("trees").Select(tree => Tree(tree, width))]);
            case "products":
                return Products(json, width);
            case "joined":
                PlanObject[] parts = json.Objects("parts");
                PlanObject.Require(parts.Length is > 0 and <= MaxFeatures && parts.All(part => part.Text("kind") != "joined"), "an encoding is joined of plain ones");
                return new JoinedEncoding([.. parts.Select(part => Read(part, width))]);
            default:
                throw new PlanFormatException("the kind of the encoding is unknown");
        }
    }

    private static CanonicalObject Real(RealFeature feature) => new()
    {
        { "name", feature.Name },
        { "lowest", Number(feature.Lowest) },
        { "highest", Number(feature.Highest) },
        { "middle", Number(feature.Middle) },
        { "step", Number(feature.Step) },
        { "largest", feature.Largest },
        { "binary", feature.IsBinary },
        { "missing", "refused" },
    };

    private static RealFeature Real(PlanObject json)
    {
        var feature = new RealFeature(
            json.Text("name"), json.Double("lowest"), json.Double("highest"), json.Double("middle"), json.Double("step"),
            json.Integer("largest", 1, MaxInteger), json.Flag("binary"));
        PlanObject.Require(
            feature.Step > 0 && double.IsFinite(feature.Step) && feature.Lowest <= feature.Middle && feature.Middle <= feature.Highest
                && double.IsFinite(feature.Lowest) && double.IsFinite(feature.Highest),
            "a range is finite and its step positive");
        PlanObject.Require(!feature.IsBinary || feature == RealFeature.Binary(feature.Name), "an indicator stands for itself");
        return feature;
    }

    private static ProductEncoding Products(PlanObject json, int width)
    {
        RealFeature[] features = [.. json.Objects("features").Select(Real)];
        long[] first = json.Numbers("first");
        long[] second = Sized(json.Numbers("second"), first.Length);
        PlanObject.Require(features.Length == width, "every feature is encoded");
        PlanObject.Require(first.Length <= GeneratorSet.MaxCount, "products fit a commitment");
        PlanObject.Require(features.All(feature => feature.Largest <= MaxFactor), "a product of two integers is small enough");
        for (int p = 0; p < first.Length; p++)
        {
            PlanObject.Require(first[p] >= 0 && first[p] <= second[p] && second[p] < width, "a product has two features of the vector");
        }

        return new ProductEncoding(new RealEncoding([.. features]), [.. first.Select((a, p) => new FeaturePair((int)a, (int)second[p]))]);
    }

    private static ShapeFunction Shape(PlanObject json, int width)
    {
        long[] feature = json.Integers("feature");
        double[] bounds = json.Doubles("bound");
        PlanObject.Require(feature.Length == 1 && feature[0] >= 0 && feature[0] < width, "a shape has one feature of the vector");
        PlanObject.Require(bounds.Length is > 0 and <= MaxFeatures && double.IsPositiveInfinity(bounds[^1]), "the last bin is open");
        for (int i = 1; i < bounds.Length; i++)
        {
            PlanObject.Require(bounds[i] > bounds[i - 1], "bins ascend");
        }

        return new ShapeFunction((int)feature[0], [.. bounds], [.. new double[bounds.Length]]);
    }

    private static CanonicalObject Tree(DecisionTree tree) => new PlanStep("tree")
        .Integers("feature", tree.Nodes.Select(node => (long)node.Feature))
        .Singles("threshold", tree.Nodes.Select(node => node.Threshold))
        .Integers("first", tree.Nodes.Select(node => (long)node.First))
        .Integers("second", tree.Nodes.Select(node => (long)node.Second))
        .Integers("missing_first", tree.Nodes.Select(node => node.MissingTakesFirst ? 1L : 0))
        .Texts("test", tree.Nodes.Select(node => node.Test.ToString()))
        .Texts("slots", tree.Nodes.Select(node => node.Slots.IsDefaultOrEmpty ? "" : string.Join(' ', node.Slots)))
        .Json;

    private static DecisionTree Tree(PlanObject json, int width)
    {
        long[] features = json.Integers("feature");
        int count = features.Length;
        float[] thresholds = Sized(json.Singles("threshold"), count);
        long[] first = Sized(json.Integers("first"), count);
        long[] second = Sized(json.Integers("second"), count);
        long[] missing = Sized(json.Integers("missing_first"), count);
        string[] tests = Sized(json.Texts("test"), count);
        string[] slots = Sized(json.Texts("slots"), count);
        var nodes = new TreeNode[count];
        for (int n = 0; n < count; n++)
        {
            PlanObject.Require(Enum.TryParse(tests[n], out NodeTest test) && Enum.IsDefined(test), "the test of a node is known");
            PlanObject.Require(features[n] >= 0 && features[n] < width && !float.IsNaN(thresholds[n]), "a node has a feature and a threshold");
            PlanObject.Require(Math.Abs(first[n]) <= count + 1 && Math.Abs(second[n]) <= count + 1, "a node leads inside its tree");
            nodes[n] = new TreeNode((int)features[n], thresholds[n], (int)first[n], (int)second[n], missing[n] != 0, test, Slots(slots[n], width));
        }

        PlanObject.Require(IsTree(nodes), "every node and leaf of a tree is reached once");
        return new DecisionTree([.. nodes], [.. new double[count + 1]]);
    }

    private static ImmutableArray<int> Slots(string text, int width)
    {
        if (text.Length == 0)
        {
            return default;
        }

        var slots = ImmutableArray.CreateBuilder<int>();
        foreach (string part in text.Split(' '))
        {
            PlanObject.Require(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int slot) && slot < width, "a category is a slot of the vector");
            slots.Add(slot);
        }

        return slots.ToImmutable();
    }

    private static bool IsTree(TreeNode[] nodes)
    {
        bool[] nodeSeen = new bool[nodes.Length];
        bool[] leafSeen = new bool[nodes.Length + 1];
        var pending = new Stack<int>();
        pending.Push(nodes.Length == 0 ? ~0 : 0);
        int reached = 0;
        while (pending.TryPop(out int at))
        {
            bool[] seen = at >= 0 ? nodeSeen : leafSeen;
            int place = at >= 0 ? at : ~at;
            if (place >= seen.Length || seen[place])
            {
                return false;
            }

            seen[place] = true;
            reached++;
            if (at >= 0)
            {
                pending.Push(nodes[at].First);
                pending.Push(nodes[at].Second);
            }
        }

        return reached == (2 * nodes.Length) + 1;
    }

    private static T[] Sized<T>(T[] values, int count)
    {
        PlanObject.Require(values.Length == count, "the lists of a tree have one length");
        return values;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
