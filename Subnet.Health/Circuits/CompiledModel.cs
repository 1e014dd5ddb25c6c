using System.Collections.Immutable;
using Subnet.Health.Models;

namespace Subnet.Health.Circuits;

/// <summary>
/// A model as circuits: public feature map, one or more private integer forms with their parameters, public rest. Several
/// forms, each asked by a query of its own, where one ciphertext cannot hold all classes.
/// </summary>
/// <param name="Kind">The circuit.</param>
/// <param name="Model">Feature map, head, calibration, decision.</param>
/// <param name="Parts">The forms in the order of the raw scores.</param>
/// <param name="Report">What quantisation costs.</param>
internal sealed record CompiledModel(
    CircuitKind Kind, SplitModel Model, ImmutableArray<ParameterChoice> Parts, QuantisationReport Report)
{
    /// <summary>Number of raw scores over all parts.</summary>
    public int Classes => Parts.Sum(part => part.Form.Classes);

    /// <summary>The raw scores from the answers of all parts in order.</summary>
    public double[] RawScores(ReadOnlySpan<long> answers)
    {
        double[] raw = new double[Classes];
        int at = 0;
        foreach (ParameterChoice part in Parts)
        {
            for (int k = 0; k < part.Form.Classes; k++, at++)
            {
                raw[at] = Math.ScaleB(answers[at], -part.Form.ScaleBits);
            }
        }

        return raw;
    }

    /// <summary>The integer model in the clear: what encryption must reproduce exactly.</summary>
    /// <param name="x">A feature vector.</param>
    /// <param name="answers">Takes one integer for each raw score.</param>
    /// <returns>Null, or why the row is refused.</returns>
    public string? TryEvaluate(ReadOnlySpan<float> x, Span<long> answers)
    {
        int at = 0;
        foreach (ParameterChoice part in Parts)
        {
            long[] phi = new long[part.Form.Features];
            if (part.Form.Encoding.TryEncode(x, phi) is string refusal)
            {
                return refusal;
            }

            part.Form.Evaluate(phi, answers.Slice(at, part.Form.Classes));
            at += part.Form.Classes;
        }

        return null;
    }
}
