using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// Takes operators of ai.onnx.ml apart into their sums, which are linear in public features or leaves and can be private, and
/// what follows, which is public.
/// </summary>
internal static class OperatorSplit
{
    private const string Ml = "ai.onnx.ml";

    /// <summary>The node itself, or the two that do the same.</summary>
    public static IReadOnlyList<OnnxNode> Split(OnnxNode node, IReadOnlyDictionary<string, long> versions)
    {
        if (node.Domain != Ml || !versions.TryGetValue(Ml, out long version))
        {
            return [node];
        }

        var context = new NodeContext(node, version, _ => null);
        return node.Operator switch
        {
            "LinearRegressor" or "TreeEnsembleRegressor" => Regressor(node, context),
            "LinearClassifier" => LinearClassifier(node, context),
            "TreeEnsembleClassifier" => TreeClassifier(node, context),
            "SVMRegressor" when !context.Has("support_vectors") || context.Singles("support_vectors").Length == 0 => SupportRegressor(node, context),
            "SVMClassifier" => SupportClassifier(node, context),
            _ => [node],
        };
    }

    /// <summary>Whether a node is the sums of a linear model without a transform behind.</summary>
    public static bool IsLinear(OnnxNode node) => node is { Domain: Ml, Operator: "LinearRegressor" };

    /// <summary>Whether a node is the sums of trees without a transform behind.</summary>
    public static bool IsTrees(OnnxNode node) => node is { Domain: Ml, Operator: "TreeEnsembleRegressor" };

    private static OnnxNode[] Regressor(OnnxNode node, NodeContext context) => PostTransforms.Read(context) == PostTransform.None
        ? [node]
        : [
            With(node, node.Operator, [Sums(node)], Without(node, "post_transform")),
            End(node, "PostTransform", [Sums(node)], node.Outputs, Only(node, "post_transform")),
        ];

    private static OnnxNode[] LinearClassifier(OnnxNode node, NodeContext context)
    {
        int labels = ClassLabels.Read(context, "classlabels_ints").Count;
        bool single = labels == 2 && context.Singles("intercepts").Length <= 1;
        Dictionary<string, OnnxAttribute> attributes = Only(node, "coefficients", "intercepts");
        attributes["targets"] = new OnnxAttribute("targets") { Integer = single ? 1 : labels };
        return [
            With(node, "LinearRegressor", [Sums(node)], attributes),
            End(node, "LinearClassifierEnd", [Sums(node)], node.Outputs, Only(node, "post_transform", "classlabels_ints", "classlabels_strings")),
        ];
    }

    private static OnnxNode[] TreeClassifier(OnnxNode node, NodeContext context)
    {
        int labels = ClassLabels.Read(context, "classlabels_int64s").Count;
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(context, "class", labels);
        bool?[] scored = [.. Enumerable.Range(0, labels).Select(trees.HasAlways)];
        int[] counted = [.. Enumerable.Range(0, labels).Where(k => scored[k] is null)];
        bool first = labels == 2 && trees.OnlyFirstScore;
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach ((string name, OnnxAttribute attribute) in node.Attributes.Where(pair =>
            !pair.Key.StartsWith("classlabels_", StringComparison.Ordinal) && !pair.Key.StartsWith("base_values", StringComparison.Ordinal) && pair.Key != "post_transform"))
        {
            string renamed = name.StartsWith("class_", StringComparison.Ordinal) ? "target_" + name["class_".Length..] : name;
            attributes[renamed] = Copy(attribute, renamed);
        }

        int targets = first ? 1 : labels;
        attributes["n_targets"] = new OnnxAttribute("n_targets") { Integer = targets + counted.Length };
        CountWeights(context, attributes, counted, targets);
        Dictionary<string, OnnxAttribute> end = Only(node, "post_transform", "classlabels_int64s", "classlabels_strings");
        end["first_only"] = new OnnxAttribute("first_only") { Integer = first ? 1 : 0 };
        end["one_class"] = new OnnxAttribute("one_class") { Integer = trees.OnlyOneScore ? 1 : 0 };
        end["all_positive"] = new OnnxAttribute("all_positive") { Integer = trees.AllPositive ? 1 : 0 };
        end["scored"] = new OnnxAttribute("scored");
        end["scored"].Integers.AddRange(scored.Select(has => has == true ? 1L : 0));
        end["counted"] = new OnnxAttribute("counted");
        end["counted"].Integers.AddRange(counted.Select(k => (long)k));
        end["base_values"] = new OnnxAttribute("base_values");
        end["base_values"].Singles.AddRange(TreeOperators.BasesOf(context));
        return [With(node, "TreeEnsembleRegressor", [Sums(node)], attributes), End(node, "TreeClassifierEnd", [Sums(node)], node.Outputs, end)];
    }

    // Whether a class had a weight at all may depend on the leaves, and the answer on that: each such class gets a target that
    // counts its weights.
    private static void CountWeights(NodeContext context, Dictionary<string, OnnxAttribute> attributes, int[] counted, int targets)
    {
        if (counted.Length == 0)
        {
            return;
        }

        long[] ids = context.Integers("class_ids");
        OnnxAttribute weights = new("target_weights");
        weights.Singles.AddRange(context.Tensor("class_weights_as_tensor")?.ToSingles() ?? context.Singles("class_weights"));
        attributes.Remove("target_weights_as_tensor");
        attributes[weights.Name] = weights;
        for (int j = 0; j < counted.Length; j++)
        {
            foreach (int i in Enumerable.Range(0, ids.Length).Where(i => ids[i] == counted[j]))
            {
                attributes["target_treeids"].Integers.Add(context.Integers("class_treeids")[i]);
                attributes["target_nodeids"].Integers.Add(context.Integers("class_nodeids")[i]);
                attributes["target_ids"].Integers.Add(targets + j);
                weights.Singles.Add(1);
            }
        }
    }

    private static OnnxNode[] SupportRegressor(OnnxNode node, NodeContext context)
    {
        Dictionary<string, OnnxAttribute> attributes = Only(node, "coefficients");
        attributes["intercepts"] = new OnnxAttribute("intercepts");
        attributes["intercepts"].Singles.AddRange(context.Singles("rho"));
        bool sign = context.Integer("one_class", 0) != 0;
        string[] middle = [Sums(node) + "/signed"];
        bool post = PostTransforms.Read(context) != PostTransform.None;
        var nodes = new List<OnnxNode> { With(node, "LinearRegressor", [Sums(node)], attributes) };
        if (sign)
        {
            nodes.Add(End(node, "Sign", [Sums(node)], post ? middle : node.Outputs, []));
        }

        if (post || !sign)
        {
            nodes.Add(End(node, "PostTransform", sign ? middle : [Sums(node)], node.Outputs, Only(node, "post_transform")));
        }

        return [.. nodes];
    }

    private static OnnxNode[] SupportClassifier(OnnxNode node, NodeContext context)
    {
        int labels = ClassLabels.Read(context, "classlabels_ints").Count;
        Dictionary<string, OnnxAttribute> attributes = Only(node, "coefficients");
        attributes["targets"] = new OnnxAttribute("targets") { Integer = labels };
        attributes["intercepts"] = new OnnxAttribute("intercepts");
        attributes["intercepts"].Singles.AddRange(Enumerable.Repeat(context.Singles("rho").FirstOrDefault(), labels));
        return [
            With(node, "LinearRegressor", [Sums(node)], attributes),
            End(node, "LinearClassifierEnd", [Sums(node)], node.Outputs, Only(node, "post_transform", "classlabels_ints", "classlabels_strings")),
        ];
    }

    private static string Sums(OnnxNode node) => node.Outputs.First(output => output.Length > 0) + "/sums";

    private static OnnxNode With(OnnxNode node, string op, string[] outputs, Dictionary<string, OnnxAttribute> attributes) =>
        node with { Operator = op, Outputs = outputs, Attributes = attributes };

    private static OnnxNode End(OnnxNode node, string op, string[] inputs, IReadOnlyList<string> outputs, Dictionary<string, OnnxAttribute> attributes) =>
        new(node.Name + "/end", EndOperators.Domain, op, inputs, outputs, attributes);

    private static Dictionary<string, OnnxAttribute> Only(OnnxNode node, params string[] names) =>
        node.Attributes.Where(pair => names.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, OnnxAttribute> Without(OnnxNode node, string name) =>
        node.Attributes.Where(pair => pair.Key != name).ToDictionary(StringComparer.Ordinal);

    private static OnnxAttribute Copy(OnnxAttribute attribute, string name)
    {
        var copy = new OnnxAttribute(name) { Single = attribute.Single, Integer = attribute.Integer, Text = attribute.Text, Tensor = attribute.Tensor };
        copy.Singles.AddRange(attribute.Singles);
        copy.Integers.AddRange(attribute.Integers);
        copy.Texts.AddRange(attribute.Texts);
        return copy;
    }
}
