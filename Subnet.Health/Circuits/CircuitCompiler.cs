using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>
/// Compiles a model to keyless circuits (parameters 5): puts the head into integers, bounds every answer exactly, chooses set,
/// plain modulus and scale, and measures what rounding costs.
/// </summary>
internal static class CircuitCompiler
{
    private const double LargestRelativeError = 1.0 / 1024;

    // Feature precisions that are tried, in bits: a clinical measurement rarely has more than three digits.
    private static readonly int[] Precisions = [10, 12, 14, 16, 18];

    /// <summary>Compiles.</summary>
    /// <param name="model">The model, cut in two.</param>
    /// <param name="rows">Rows for ranges and measurement.</param>
    /// <param name="publicWeights">Whether the miner declares the weights public: a smaller query, and nothing hidden but the patient.</param>
    /// <exception cref="CircuitException">The head has no circuit, a feature has no range, or no set is wide enough.</exception>
    public static CompiledModel Compile(SplitModel model, ReferenceRows rows, bool publicWeights = false)
    {
        CircuitKind kind = HeadLowering.KindOf(model.Head, out string? reason)
            ?? throw new CircuitException($"the model cannot be compiled: {reason}.");
        int[] precisions = HasReals(model.Head) ? Precisions : Precisions[..1];
        RealForm finest = Lower(model, rows, Precisions[^1]);
        CompiledModel? best = null;
        foreach (double error in (ReadOnlySpan<double>)[LargestRelativeError, LargestRelativeError / 8, LargestRelativeError / 64])
        {
            var reference = new RawReference(model.Head, finest, rows, error);
            if (ParameterSearch.Find(bits => Lower(model, rows, bits), precisions, reference.IsClose, publicWeights) is not { } choice)
            {
                break;
            }

            var compiled = new CompiledModel(kind, model, choice, new QuantisationReport(0, 0, 0, 0, 0, 0, null, null));
            best = compiled with { Report = QuantisationMeasure.Measure(model, rows, compiled.TryScore, choice.LargestRounding) };
            if (best.Report.MeetsTarget)
            {
                break;
            }
        }

        return best ?? throw new CircuitException(TooWide(finest));
    }

    private static bool HasReals(ModelHead head) => head switch
    {
        LinearHead or MulticlassLinearHead or CentroidHead or LocalDeepHead or QuadraticHead => true,
        OneVersusAllHead ova => ova.Members.Any(member => HasReals(member.Head)),
        PairwiseCouplingHead pairwise => pairwise.Members.Any(member => HasReals(member.Head)),
        JoinedHead joined => joined.Members.Any(HasReals),
        _ => false,
    };

    private static RealForm Lower(SplitModel model, ReferenceRows rows, int bits) =>
        HeadLowering.Lower(model.Head, HasReals(model.Head) ? FeatureRanges.At(bits, model.Features.Names, rows) : new RealEncoding([]));

    private static string TooWide(RealForm form) => ParameterSearch.Holds(KeylessSet.Large, form.Features, form.Classes)
        ? "no parameter set holds the model's answers at the precision asked for; narrow the ranges of its features or train with normalised ones."
        : $"the model has {form.Features} integer features for {form.Classes} answers, more than one query and its commitment hold; train with fewer leaves, bins or categories.";

    /// <summary>The raw scores of the float model on reference rows, and whether an integer form is close to them.</summary>
    private sealed class RawReference
    {
        // Enough to see the spread of every score; all rows are measured once the choice is made.
        private const int MostRows = 512;

        private readonly int[] admitted;
        private readonly ReferenceRows rows;
        private readonly double[][] scores;
        private readonly double[] largestErrors;

        public RawReference(ModelHead head, RealForm form, ReferenceRows rows, double relativeError)
        {
            this.rows = rows;
            long[] phi = new long[form.Features];
            int step = Math.Max(1, rows.Count / MostRows);
            admitted = [.. Enumerable.Range(0, rows.Count).Where(row => row % step == 0 && form.Encoding.TryEncode(rows.Row(row), phi) is null)];
            scores = [.. admitted.Select(row => ExactScores.Of(head, rows.Row(row)))];
            largestErrors = [.. Enumerable.Range(0, form.Classes).Select(k => relativeError * Deviation(k))];
        }

        public bool IsClose(IntegerForm form)
        {
            long[] phi = new long[form.Features];
            long[] answers = new long[form.Classes];
            double[] squares = new double[form.Classes];
            for (int at = 0; at < admitted.Length; at++)
            {
                form.Encoding.TryEncode(rows.Row(admitted[at]), phi);
                form.Evaluate(phi, answers);
                for (int k = 0; k < answers.Length; k++)
                {
                    double d = Math.ScaleB(answers[k], -form.ScaleBits) - scores[at][k];
                    squares[k] += double.IsFinite(d) ? d * d : 0;
                }
            }

            for (int k = 0; k < squares.Length; k++)
            {
                if (Math.Sqrt(squares[k] / Math.Max(1, admitted.Length)) > largestErrors[k])
                {
                    return false;
                }
            }

            return true;
        }

        private double Deviation(int k)
        {
            double[] values = [.. scores.Select(score => score[k]).Where(double.IsFinite)];
            if (values.Length == 0)
            {
                return 1;
            }

            double mean = values.Average();
            double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));

            // A score that never moves is held to the precision of a probability.
            return deviation > 1e-6 ? deviation : 1;
        }
    }
}
