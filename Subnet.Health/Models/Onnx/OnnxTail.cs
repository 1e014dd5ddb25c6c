using System.Globalization;
using Subnet.Health.Models.Onnx.Cutting;

namespace Subnet.Health.Models.Onnx;

/// <summary>A raw score value that a tail reads.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">For one row.</param>
internal sealed record OnnxTailInput(string Name, ElementType Type, int[] Shape);

/// <summary>An answer of a tail.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Value">Name of the value.</param>
internal sealed record OnnxTailOutput(string Name, string Value);

/// <summary>
/// The public part of a graph behind its private head: from the raw scores, and where it needs them from the features, to the
/// answers. Immutable, safe for concurrent use.
/// </summary>
/// <param name="piece">The nodes.</param>
/// <param name="inputs">Raw score values in order.</param>
/// <param name="tables">Features that it reads.</param>
/// <param name="outputs">The answers.</param>
internal sealed class OnnxTail(OnnxPiece piece, IReadOnlyList<OnnxTailInput> inputs, IReadOnlyList<CutTable> tables, IReadOnlyList<OnnxTailOutput> outputs) : IPublicTail
{
    private const string LabelName = "PredictedLabel";
    private const string ProbabilityName = "Probability";

    /// <summary>The nodes.</summary>
    public OnnxPiece Piece => piece;

    /// <summary>Raw score values in order.</summary>
    public IReadOnlyList<OnnxTailInput> Inputs => inputs;

    /// <summary>Features that it reads.</summary>
    public IReadOnlyList<CutTable> Tables => tables;

    /// <summary>The answers.</summary>
    public IReadOnlyList<OnnxTailOutput> Outputs => outputs;

    /// <inheritdoc/>
    public int RawScores => inputs.Sum(input => Tensor.CountOf(input.Shape));

    /// <inheritdoc/>
    public TailAnswer Finish(ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        int at = 0;
        foreach (OnnxTailInput input in inputs)
        {
            float[] data = new float[Tensor.CountOf(input.Shape)];
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = (float)raw[at++];
            }

            values[input.Name] = new Tensor<float>(ElementType.Single, input.Shape, data);
        }

        foreach (CutTable table in tables)
        {
            values[table.Name] = table.ToTensor(x.Slice(table.Start, table.Width).ToArray());
        }

        Tensor[] answers = piece.Run(values, () => "the decrypted scores", outputs.Select(output => output.Value));
        return Answer(answers);
    }

    private TailAnswer Answer(Tensor[] answers)
    {
        List<float> scores = [];
        float? probability = null;
        string? label = null;
        for (int i = 0; i < answers.Length; i++)
        {
            if (outputs[i].Name == LabelName || answers[i] is Tensor<string> or Tensor<long>)
            {
                label ??= Label(answers[i]);
            }
            else if (outputs[i].Name == ProbabilityName && answers[i].Count == 1)
            {
                probability = answers[i].ToSingles()[0];
            }
            else
            {
                scores.AddRange(answers[i].ToSingles());
            }
        }

        return new TailAnswer([.. scores], probability, label);
    }

    private static string Label(Tensor answer) => answer switch
    {
        { Count: 0 } => "",
        Tensor<string> texts => texts.Data[0],
        Tensor<long> numbers => numbers.Data[0].ToString(CultureInfo.InvariantCulture),
        _ => answer.ToSingles()[0].ToString("R", CultureInfo.InvariantCulture),
    };
}
