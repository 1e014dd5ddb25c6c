using System.Globalization;

namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>The labels of a classifier: texts or integers, in the order of the scores.</summary>
internal sealed class ClassLabels
{
    private readonly string[] texts;
    private readonly long[] integers;

    private ClassLabels(string[] texts, long[] integers)
    {
        this.texts = texts;
        this.integers = integers;
    }

    /// <summary>Number of classes.</summary>
    public int Count => Math.Max(texts.Length, integers.Length);

    /// <summary>The labels as text.</summary>
    public IEnumerable<string> Names => texts.Length > 0 ? texts : integers.Select(label => label.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads <c>classlabels_strings</c> or the attribute for integers.</summary>
    public static ClassLabels Read(NodeContext node, string integersName)
    {
        string[] texts = node.Texts("classlabels_strings");
        long[] integers = node.Integers(integersName);
        return texts.Length == 0 != (integers.Length == 0)
            ? new ClassLabels(texts, integers)
            : throw node.Refuse("it has no labels, or labels of both types", ModelFormatException.SaveAgain);
    }

    /// <summary>The labels of the chosen classes, one for each row.</summary>
    public Tensor Choose(int[] classes) => texts.Length > 0
        ? new Tensor<string>(ElementType.Text, [classes.Length], Array.ConvertAll(classes, at => texts[at]))
        : new Tensor<long>(ElementType.Int64, [classes.Length], Array.ConvertAll(classes, at => integers[at]));

    /// <summary>The same, but of integers the places themselves: so ONNX Runtime answers for two classes with weights of their own.</summary>
    public Tensor ChooseTextOrPlace(int[] classes) => texts.Length > 0
        ? Choose(classes)
        : new Tensor<long>(ElementType.Int64, [classes.Length], Array.ConvertAll(classes, at => (long)at));

    /// <summary>The first of the largest scores.</summary>
    public static int Largest(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best] || (double.IsNaN(scores[best]) && !double.IsNaN(scores[i])))
            {
                best = i;
            }
        }

        return best;
    }
}
