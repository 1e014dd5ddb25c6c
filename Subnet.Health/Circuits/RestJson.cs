using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx;

namespace Subnet.Health.Circuits;

/// <summary>Link, calibration and decision as canonical JSON and back.</summary>
internal static class RestJson
{
    /// <summary>Writes the public rest.</summary>
    public static CanonicalObject Write(PublicRest rest)
    {
        var json = new CanonicalObject
        {
            { "combination", rest.Combination.ToString().ToLowerInvariant() },
            { "link", rest.Link.ToString().ToLowerInvariant() },
            { "members", new CanonicalList(rest.Members.Select(member => (CanonicalValue)Calibration(member))) },
            { "sigma", Number(rest.Sigma) },
            { "decision", Decision(rest.Decision) },
        };
        if (rest.Calibration is Calibration calibration)
        {
            json.Add("calibration", Calibration(calibration));
        }

        if (rest.Tail is OnnxTail tail)
        {
            json.Add("tail", OnnxGraphJson.Write(tail));
        }

        return json;
    }

    /// <summary>Reads the public rest of a model with a feature vector of some width.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static PublicRest Read(PlanObject json, int width) => new(
        json.Word<Combination>("combination"),
        json.Word<ScoreLink>("link"),
        [.. json.Objects("members").Select(Calibration)],
        (float)json.Double("sigma"),
        json.Has("calibration") ? Calibration(json.Object("calibration")) : null,
        Decision(json.Object("decision")),
        json.Has("tail") ? OnnxGraphJson.ReadTail(json.Object("tail"), width) : null);

    private static CanonicalObject Calibration(Calibration calibration) => calibration switch
    {
        PlattCalibration platt => new PlanStep("platt").Doubles("value", [platt.A, platt.B]).Json,
        LineCalibration line => new PlanStep("line").Doubles("value", [line.Slope, line.Offset]).Json,
        BinnedCalibration bins => new PlanStep("bins").Singles("range", [bins.BinSize, bins.Minimum]).Singles("value", bins.Probabilities).Json,
        IsotonicCalibration isotonic => new PlanStep("isotonic")
            .Singles("least", isotonic.Pieces.Select(piece => piece.Minimum))
            .Singles("most", isotonic.Pieces.Select(piece => piece.Maximum))
            .Singles("value", isotonic.Pieces.Select(piece => piece.Value)).Json,
        _ => throw new ArgumentException($"{calibration.GetType().Name} has no form", nameof(calibration)),
    };

    private static Calibration Calibration(PlanObject json)
    {
        switch (json.Text("op"))
        {
            case "platt":
                double[] platt = Pair(json.Doubles("value"));
                return new PlattCalibration(platt[0], platt[1]);
            case "line":
                double[] line = Pair(json.Doubles("value"));
                return new LineCalibration(line[0], line[1]);
            case "bins":
                float[] range = Pair(json.Singles("range"));
                float[] probabilities = json.Singles("value");
                PlanObject.Require(range[0] > 0 && probabilities.Length > 0, "a binned calibration has bins of a size");
                return new BinnedCalibration(range[0], range[1], [.. probabilities]);
            case "isotonic":
                float[] least = json.Singles("least");
                float[] most = json.Singles("most");
                float[] value = json.Singles("value");
                PlanObject.Require(least.Length > 0 && most.Length == least.Length && value.Length == least.Length, "an isotonic calibration has pieces");
                return new IsotonicCalibration([.. least.Select((from, i) => new IsotonicPiece(from, most[i], value[i]))]);
            default:
                throw new PlanFormatException("the kind of a calibration is unknown");
        }
    }

    private static CanonicalObject Decision(DecisionRule rule) => rule switch
    {
        DecisionRule.Above above => new PlanStep("above").Flag("probability", above.OnProbability).Singles("threshold", [above.Threshold]).Json,
        DecisionRule.Largest => new PlanStep("largest").Json,
        DecisionRule.Smallest => new PlanStep("smallest").Json,
        _ => new PlanStep("none").Json,
    };

    private static DecisionRule Decision(PlanObject json)
    {
        switch (json.Text("op"))
        {
            case "above":
                float[] threshold = json.Singles("threshold");
                PlanObject.Require(threshold.Length == 1 && !float.IsNaN(threshold[0]), "a decision has one threshold");
                return new DecisionRule.Above(json.Flag("probability"), threshold[0]);
            case "largest":
                return new DecisionRule.Largest();
            case "smallest":
                return new DecisionRule.Smallest();
            case "none":
                return new DecisionRule.None();
            default:
                throw new PlanFormatException("the kind of the decision is unknown");
        }
    }

    private static T[] Pair<T>(T[] values)
    {
        PlanObject.Require(values.Length == 2, "a calibration has two constants");
        return values;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
