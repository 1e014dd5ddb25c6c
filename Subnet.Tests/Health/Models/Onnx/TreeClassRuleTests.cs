using System.Globalization;
using Subnet.Health.Models.Onnx;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>What becomes of the sums of a tree classifier; every answer was given by ONNX Runtime 1.30.</summary>
[TestFixture]
internal sealed class TreeClassRuleTests
{
    private const float Unscored = float.NaN;

    // All weights on class 0: one sum for two labels.
    [TestCase("NONE", false, "", new[] { 0.25f, Unscored }, "b", new[] { -0.25f, 0.25f })]
    [TestCase("NONE", true, "", new[] { 0.25f, Unscored }, "a", new[] { 0.75f, 0.25f })]
    [TestCase("LOGISTIC", true, "", new[] { 0f, Unscored }, "a", new[] { 0.5f, 0.5f })]
    [TestCase("NONE", false, "-0.5", new[] { 0.25f, Unscored }, "a", new[] { 0.25f, -0.25f })]
    [TestCase("SOFTMAX", false, "", new[] { 0.25f, Unscored }, "b", new[] { -0.25f, 0.25f })]

    // Two base values: the first is added, and the second label has no score of its own.
    [TestCase("NONE", false, "0.5;0.25", new[] { 1f, Unscored }, "b", new[] { 1.5f, 0 })]
    [TestCase("NONE", false, "0.5;0.25", new[] { -1f, Unscored }, "a", new[] { -0.5f, 0 })]
    [TestCase("LOGISTIC", false, "0.5;0.25", new[] { -0.5f, Unscored }, "a", new[] { 0.5f, 0.5f })]

    // All weights on class 1: the label still follows the rule of one sum.
    [TestCase("NONE", true, "", new[] { Unscored, 0.375f }, "a", new[] { 0, 0.375f })]
    [TestCase("NONE", true, "", new[] { Unscored, 0.625f }, "b", new[] { 0, 0.625f })]
    [TestCase("NONE", false, "", new[] { Unscored, 0.375f }, "b", new[] { 0, 0.375f })]
    [TestCase("NONE", false, "0.25;0.125", new[] { Unscored, 7f }, "b", new[] { 0, 0.125f })]
    public void One_class_with_weights_is_a_probability_or_a_margin(string post, bool allPositive, string bases, float[] sums, string label, float[] scores) =>
        Check(Rule(2, post, oneClass: true, allPositive, bases, texts: true), sums, label, scores);

    [TestCase("", new[] { 3f, 0.25f }, "1", new[] { 3, 0.25f })]
    [TestCase("", new[] { -3f, -0.25f }, "0", new[] { -3, -0.25f })]
    [TestCase("0.5;0.25", new[] { 3f, -9f }, "1", new[] { -3.25f, 3.25f })]
    [TestCase("0.5", new[] { 1f, 2f }, "1", new[] { 1.5f, 2 })]
    [TestCase("0.5", new[] { Unscored, -2f }, "0", new[] { 0f, -2 })]
    public void Two_classes_with_weights_are_told_by_the_second_and_integers_by_their_place(string bases, float[] sums, string label, float[] scores) =>
        Check(Rule(2, "NONE", oneClass: false, allPositive: false, bases, texts: false), sums, label, scores);

    [TestCase("", new[] { -2f, Unscored, -1f }, "c", new[] { -2f, 0, -1 })]
    [TestCase("", new[] { -1f, -1f, -3f }, "a", new[] { -1f, -1, -3 })]
    [TestCase("0;0.5;0", new[] { -2f, Unscored, -1f }, "b", new[] { -2f, 0.5f, -1 })]
    public void Of_several_classes_one_without_weight_and_base_is_passed_over(string bases, float[] sums, string label, float[] scores) =>
        Check(Rule(3, "NONE", oneClass: false, allPositive: false, bases, texts: true), sums, label, scores);

    [Test]
    public void Shares_leave_exact_zeros_out_and_zeros_alone_have_none()
    {
        double[] some = [0, 1, 2];
        double[] none = [0, 0];

        PostTransforms.Apply(PostTransform.SoftmaxZero, some);
        PostTransforms.Apply(PostTransform.SoftmaxZero, none);

        Assert.Multiple(() =>
        {
            Assert.That(some, Is.EqualTo(new[] { 0, 1 / (1 + Math.E), Math.E / (1 + Math.E) }).Within(1e-12));
            Assert.That(none, Is.All.NaN);
        });
    }

    [TestCase(0.5, 0f)]
    [TestCase(0.75, 0.6745743f)]
    [TestCase(0.025, -1.9590489f)]
    [TestCase(1, float.PositiveInfinity)]
    [TestCase(1.5, float.NaN)]
    [TestCase(-0.25, float.NaN)]
    public void The_quantile_is_the_runtimes_approximation(double p, float expected) =>
        Assert.That((float)ErrorFunction.Probit(p), Is.EqualTo(expected).Within(1e-5f));

    private static TreeClassRule Rule(int classes, string post, bool oneClass, bool allPositive, string bases, bool texts)
    {
        var labels = new OnnxAttribute(texts ? "classlabels_strings" : "classlabels_int64s");
        labels.Texts.AddRange(texts ? new[] { "a", "b", "c" }.Take(classes) : []);
        labels.Integers.AddRange(texts ? [] : new long[] { 3, 5, 9 }.Take(classes));
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal)
        {
            [labels.Name] = labels,
            ["post_transform"] = new OnnxAttribute("post_transform") { Text = post },
        };
        var context = new NodeContext(new OnnxNode("trees", "ai.onnx.ml", "TreeEnsembleClassifier", [], [], attributes), 3, _ => null);
        float[] given = bases.Length == 0 ? [] : [.. bases.Split(';').Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
        return new TreeClassRule(ClassLabels.Read(context, "classlabels_int64s"), PostTransforms.Read(context), oneClass, allPositive, given);
    }

    private static void Check(TreeClassRule rule, float[] sums, string label, float[] scores)
    {
        Tensor[] answers = rule.Apply(1, (_, own, has) =>
        {
            for (int k = 0; k < own.Length; k++)
            {
                has[k] = !float.IsNaN(sums[k]);
                own[k] = has[k] ? sums[k] : 0;
            }
        });
        Assert.Multiple(() =>
        {
            Assert.That(answers[0] is Tensor<string> texts ? texts.Data[0] : ((Tensor<long>)answers[0]).Data[0].ToString(CultureInfo.InvariantCulture), Is.EqualTo(label));
            Assert.That(((Tensor<float>)answers[1]).Data, Is.EqualTo(scores).Within(1e-6f));
        });
    }
}
