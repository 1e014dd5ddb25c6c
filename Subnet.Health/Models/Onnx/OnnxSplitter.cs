using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Cuts a graph where privacy begins. There must be exactly one linear model or tree ensemble, and everything behind it must be
/// understood: an affine calibration with a sigmoid, an exponential, a threshold, copies. Otherwise there is no cut, and the
/// model is served in the clear only; nothing is guessed.
/// </summary>
internal sealed class OnnxSplitter
{
    private readonly OnnxGraph graph;
    private readonly IReadOnlyList<OnnxStep> steps;
    private readonly Dictionary<string, Form> forms = new(StringComparer.Ordinal);

    private OnnxSplitter(OnnxGraph graph, IReadOnlyList<OnnxStep> steps)
    {
        this.graph = graph;
        this.steps = steps;
    }

    // What a value behind the head is, as a function of the raw score s.
    private abstract record Form
    {
        public sealed record Affine(double A, double B) : Form;

        public sealed record Probability(double A, double B) : Form;

        public sealed record Exponential : Form;

        public sealed record Decision(Form Of, float Threshold) : Form;

        public sealed record Answer : Form;
    }

    /// <summary>The cut, or null.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">Its needed nodes in order.</param>
    /// <param name="outputs">Names of the values that are answers.</param>
    /// <param name="createPrefix">Makes a model that answers one inner value.</param>
    public static SplitModel? Split(OnnxGraph graph, IReadOnlyList<OnnxStep> steps, IReadOnlyList<string> outputs, Func<string, OnnxModel> createPrefix)
    {
        OnnxStep[] heads = [.. steps.Where(step => step.Node.Domain == "ai.onnx.ml"
            && step.Node.Operator is "LinearRegressor" or "LinearClassifier" or "TreeEnsembleRegressor" or "TreeEnsembleClassifier")];
        if (heads.Length != 1)
        {
            return null;
        }

        OnnxNode head = heads[0].Node;
        OnnxModel prefix = createPrefix(head.Inputs[0]);
        return prefix.WidthOfTable() is { } width ? new OnnxSplitter(graph, steps).Cut(head, new OnnxFeatureMap(prefix, width), outputs, width) : null;
    }

    private SplitModel? Cut(OnnxNode head, OnnxFeatureMap features, IReadOnlyList<string> outputs, int width)
    {
        NodeContext context = new(head, graph.Versions[head.Domain], _ => null);
        PostTransform post = PostTransforms.Read(context);
        return head.Operator switch
        {
            "LinearRegressor" => Regressor(head, Linear(context, (int)Math.Clamp(context.Integer("targets", 1), 1, Tensor.MaxElements), post, width), features, outputs, post),
            "TreeEnsembleRegressor" => Regressor(head, Trees(context, "target", (int)Math.Clamp(context.Integer("n_targets", 1), 1, 1 << 16), post, width), features, outputs, post),
            "LinearClassifier" => LinearClassifier(head, context, features, outputs, post, width),
            _ => TreeClassifier(head, context, features, outputs, post, width),
        };
    }

    private static ScoreLink? LinkOf(PostTransform post, int scores) => post switch
    {
        PostTransform.None => ScoreLink.Identity,
        PostTransform.Softmax when scores > 1 => ScoreLink.Softmax,
        PostTransform.Logistic when scores > 1 => ScoreLink.Logistic,
        PostTransform.Softmax or PostTransform.SoftmaxZero or PostTransform.Logistic when scores == 1 => ScoreLink.Identity,
        _ => null,
    };

    private static ModelHead? Linear(NodeContext context, int scores, PostTransform post, int width)
    {
        LinearMap map = LinearMap.Read(context, scores);
        return LinkOf(post, scores) is not { } link || map.Coefficients.Count != scores * width ? null
            : scores == 1 ? new LinearHead([.. map.Coefficients], map.Intercepts[0], link)
            : new MulticlassLinearHead([.. map.Coefficients], [.. map.Intercepts], link);
    }

    private static TreeEnsembleHead? Trees(NodeContext context, string prefix, int scores, PostTransform post, int width)
    {
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(context, prefix, scores);
        return LinkOf(post, scores) is { } link && trees.Features <= width ? trees.ToHead(width, link) : null;
    }

    private SplitModel? LinearClassifier(OnnxNode head, NodeContext context, OnnxFeatureMap features, IReadOnlyList<string> outputs, PostTransform post, int width)
    {
        int labels = ClassLabels.Read(context, "classlabels_ints").Count;
        bool single = labels == 2 && context.Singles("intercepts").Length <= 1;
        return Linear(context, single ? 1 : labels, single ? PostTransform.None : post, width) is { } linear && OnlyCopies(head, outputs)
            ? Classifier(linear, features, single, 0, post)
            : null;
    }

    private SplitModel? TreeClassifier(OnnxNode head, NodeContext context, OnnxFeatureMap features, IReadOnlyList<string> outputs, PostTransform post, int width)
    {
        int labels = ClassLabels.Read(context, "classlabels_int64s").Count;
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(context, "class", labels);
        bool single = labels == 2 && trees.OnlyFirstScore;
        int bases = TreeOperators.BasesOf(context).Length;
        if ((labels == 2 && (!single || bases > 1)) || (labels > 2 && bases == 0 && Enumerable.Range(0, labels).Any(k => trees.HasAlways(k) != true)))
        {
            // The label follows one of two scores alone, or passes over a class without a weight: no decision rule says so.
            return null;
        }

        TreeEnsembleHead? all = LinkOf(single ? PostTransform.None : post, labels) is { } link && trees.Features <= width ? trees.ToHead(width, link) : null;
        return all is not null && OnlyCopies(head, outputs) ? Classifier(single ? FirstScore(all) : all, features, single, trees.AllPositive ? 0.5f : 0, post) : null;
    }

    private static TreeEnsembleHead FirstScore(TreeEnsembleHead head) => new(
        head.FeatureCount,
        [.. head.Trees.Select(tree => new DecisionTree(tree.Nodes, [.. tree.LeafWeights.Where((_, i) => i % tree.ScoreCount == 0)]))],
        [head.BaseValues[0]],
        head.Aggregate,
        head.Link);

    private static SplitModel? Classifier(ModelHead head, OnnxFeatureMap features, bool single, float threshold, PostTransform post) =>
        !single ? new SplitModel(features, head, null, new DecisionRule.Largest())
        : post is PostTransform.None or PostTransform.Softmax or PostTransform.Logistic
            ? new SplitModel(features, head, post == PostTransform.Logistic ? new PlattCalibration(-1, 0) : null, new DecisionRule.Above(false, threshold))
            : null;

    private bool OnlyCopies(OnnxNode head, IReadOnlyList<string> outputs)
    {
        foreach (string output in head.Outputs)
        {
            forms[output] = new Form.Answer();
        }

        return Follow() && outputs.Any(forms.ContainsKey);
    }

    private SplitModel? Regressor(OnnxNode node, ModelHead? head, OnnxFeatureMap features, IReadOnlyList<string> outputs, PostTransform post)
    {
        if (head is null || post == PostTransform.Probit)
        {
            return null;
        }

        if (head.ScoreCount > 1)
        {
            return OnlyCopies(node, outputs) ? new SplitModel(features, head, null, new DecisionRule.None()) : null;
        }

        forms[node.Outputs[0]] = new Form.Affine(1, 0);
        if (!Follow())
        {
            return null;
        }

        Form[] answers = [.. outputs.Where(forms.ContainsKey).Select(output => forms[output]).Distinct()];
        if (answers.Any(answer => answer is Form.Exponential))
        {
            return answers.Length == 1 && WithLink(head) is { } linked ? new SplitModel(features, linked, null, new DecisionRule.None()) : null;
        }

        Form.Affine[] scores = [.. answers.OfType<Form.Affine>()];
        Form.Probability[] probabilities = [.. answers.OfType<Form.Probability>()];
        Form.Decision[] decisions = [.. answers.OfType<Form.Decision>()];
        Form.Affine score = scores.Length == 1 ? scores[0] : new Form.Affine(1, 0);
        if (scores.Length > 1 || probabilities.Length > 1 || decisions.Length > 1 || score.A == 0 || Scale(head, score) is not { } scaled)
        {
            return null;
        }

        Form.Probability? probability = probabilities.FirstOrDefault() ?? decisions.Select(decision => decision.Of).OfType<Form.Probability>().FirstOrDefault();
        Calibration? calibration = probability is null ? null : new PlattCalibration(-probability.A / score.A, -(probability.B - (probability.A * score.B / score.A)));
        DecisionRule? rule = decisions.Length == 0 ? new DecisionRule.None() : decisions[0] switch
        {
            { Of: Form.Affine of } decision when of == score => new DecisionRule.Above(false, decision.Threshold),
            { Of: Form.Probability of } decision when of == probability => new DecisionRule.Above(true, decision.Threshold),
            _ => null,
        };
        return rule is null ? null : new SplitModel(features, scaled, calibration, rule);
    }

    private static ModelHead? WithLink(ModelHead head) => head switch
    {
        LinearHead linear => linear with { Link = ScoreLink.Exponential },
        TreeEnsembleHead trees => trees with { Link = ScoreLink.Exponential },
        _ => null,
    };

    // Moves an affine step behind the head into its weights.
    private static ModelHead? Scale(ModelHead head, Form.Affine by) => by is { A: 1, B: 0 } ? head : head switch
    {
        LinearHead linear => linear with
        {
            Weights = [.. linear.Weights.Select(weight => (float)(weight * by.A))],
            Bias = (float)((linear.Bias * by.A) + by.B),
        },
        TreeEnsembleHead trees => trees with
        {
            Trees = [.. trees.Trees.Select(tree => tree with { LeafWeights = [.. tree.LeafWeights.Select(weight => weight * by.A)] })],
            BaseValues = [.. trees.BaseValues.Select(value => (value * by.A) + by.B)],
        },
        _ => null,
    };

    // Gives a form to every value behind the head; false when one is beyond the forms there are.
    private bool Follow()
    {
        foreach (OnnxStep step in steps)
        {
            OnnxNode node = step.Node;
            string[] behind = [.. node.Inputs.Where(forms.ContainsKey)];
            if (behind.Length == 0)
            {
                continue;
            }

            Form? form = behind.Length == 1 ? Next(node, forms[behind[0]], node.Inputs.Count == 2 ? Constant(node, behind[0]) : null) : null;
            if (form is null)
            {
                return false;
            }

            foreach (string output in node.Outputs)
            {
                forms[output] = form;
            }
        }

        return true;
    }

    private double? Constant(OnnxNode node, string behind)
    {
        string other = node.Inputs[0] == behind ? node.Inputs[1] : node.Inputs[0];
        return graph.Constants.GetValueOrDefault(other) is Tensor<float> { Count: 1 } constant && float.IsFinite(constant.Data[0]) ? constant.Data[0] : null;
    }

    private Form? Next(OnnxNode node, Form form, double? constant) => (node.Operator, form) switch
    {
        ("Identity" or "ZipMap", _) when node.Inputs.Count == 1 => form,
        ("Cast", Form.Decision or Form.Answer) => form,
        ("Mul", Form.Affine f) when constant is { } c => new Form.Affine(f.A * c, f.B * c),
        ("Div", Form.Affine f) when constant is { } c && c != 0 && forms.ContainsKey(node.Inputs[0]) => new Form.Affine(f.A / c, f.B / c),
        ("Add", Form.Affine f) when constant is { } c => new Form.Affine(f.A, f.B + c),
        ("Sub", Form.Affine f) when constant is { } c && forms.ContainsKey(node.Inputs[0]) => new Form.Affine(f.A, f.B - c),
        ("Sigmoid", Form.Affine f) => new Form.Probability(f.A, f.B),
        ("Exp", Form.Affine { A: 1, B: 0 }) => new Form.Exponential(),
        ("Binarizer", Form.Affine or Form.Probability) => new Form.Decision(form, node.Attributes.GetValueOrDefault("threshold")?.Single ?? 0),
        _ => null,
    };
}
