using Subnet.Health.Models;

namespace Subnet.Health.Circuits;

/// <summary>A model as a keyless circuit: public feature map, one private integer form with its parameters, public rest.</summary>
/// <param name="Kind">The circuit.</param>
/// <param name="Model">Feature map, head, calibration, decision.</param>
/// <param name="Choice">The form and its parameters; a class for each raw score.</param>
/// <param name="Report">What quantisation costs.</param>
internal sealed record CompiledModel(CircuitKind Kind, SplitModel Model, ParameterChoice Choice, QuantisationReport Report)
{
    /// <summary>The integer form.</summary>
    public IntegerForm Form => Choice.Form;

    /// <summary>What stays with the miner, in words.</summary>
    public string PrivatePart => Choice.Parameters.Set.WeightsArePublic
        ? CircuitWords.NothingPrivate
        : CircuitWords.PrivatePart(Kind);

    /// <summary>Number of raw scores.</summary>
    public int Classes => Form.Classes;

    /// <summary>The raw scores of the integer model; null where it refuses the row.</summary>
    public double[]? TryScore(ReadOnlySpan<float> x)
    {
        long[] answers = new long[Classes];
        return TryEvaluate(x, answers) is null ? RawScores(answers) : null;
    }

    /// <summary>The raw scores from the answers.</summary>
    public double[] RawScores(ReadOnlySpan<long> answers)
    {
        double[] raw = new double[answers.Length];
        for (int k = 0; k < raw.Length; k++)
        {
            raw[k] = Math.ScaleB(answers[k], -Form.ScaleBits);
        }

        return raw;
    }

    /// <summary>The integer model in the clear: what encryption must reproduce exactly.</summary>
    /// <param name="x">A feature vector.</param>
    /// <param name="answers">Takes one integer for each raw score.</param>
    /// <returns>Null, or why the row is refused.</returns>
    public string? TryEvaluate(ReadOnlySpan<float> x, Span<long> answers)
    {
        long[] phi = new long[Form.Features];
        if (Form.Encoding.TryEncode(x, phi) is string refusal)
        {
            return refusal;
        }

        Form.Evaluate(phi, answers);
        return null;
    }
}
