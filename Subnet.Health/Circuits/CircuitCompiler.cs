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
    /// <exception cref="CircuitException">The head has no circuit, a feature has no range, or no set is wide enough.</exception>
    public static CompiledModel Compile(SplitModel model, ReferenceRows rows)
    {
        CircuitKind kind = HeadLowering.KindOf(model.Head, out string? reason)
            ?? throw new CircuitException($"the model cannot be compiled: {reason}.");
        int[] precisions = kind == CircuitKind.Linear && model.Head is not NaiveBayesHead ? Precisions : Precisions[..1];
        int parts = Lower(model, rows, precisions[0]).Count;
        var chosen = new List<ParameterChoice>();
        for (int i = 0; i < parts; i++)
        {
            int part = i;
            var reference = new RawReference(Lower(model, rows, Precisions[^1])[part], rows);
            chosen.Add(ParameterSearch.Find(bits => Lower(model, rows, bits)[part], precisions, reference.IsClose)
                ?? throw new CircuitException(TooWide(reference)));
        }

        var compiled = new CompiledModel(kind, model, [.. chosen], new QuantisationReport(0, 0, 0, 0, 0, null, null));
        return compiled with { Report = QuantisationMeasure.Measure(compiled, rows) };
    }

    private static IReadOnlyList<RealForm> Lower(SplitModel model, ReferenceRows rows, int bits)
    {
        RealEncoding reals = model.Head is ConstantHead ? new RealEncoding([]) : FeatureRanges.At(bits, model.Features.Names, rows);
        return [.. HeadLowering.Lower(model.Head, reals).SelectMany(SplitClasses)];
    }

    // Classes that do not fit one ciphertext together are asked in several queries.
    private static IEnumerable<RealForm> SplitClasses(RealForm form)
    {
        int n = form.Features;
        int together = Math.Max(1, KeylessSet.Large.Degree / n);
        for (int first = 0; first < form.Classes; first += together)
        {
            int count = Math.Min(together, form.Classes - first);
            yield return new RealForm(form.Encoding, count, form.Weights[(first * n)..((first + count) * n)]);
        }
    }

    private static string TooWide(RawReference reference) => reference.Form.Features > KeylessSet.Large.Degree
        ? $"the model has {reference.Form.Features} integer features, above the {KeylessSet.Large.Degree} of one ciphertext; train with fewer leaves, bins or categories."
        : "no parameter set holds the model's answers at the precision asked for; narrow the ranges of its features or train with normalised ones.";

    /// <summary>The raw scores of the real form on the reference rows, and whether an integer form is close to them.</summary>
    private sealed class RawReference
    {
        private readonly ReferenceRows rows;
        private readonly double[] scores;
        private readonly double[] deviations;

        public RawReference(RealForm form, ReferenceRows rows)
        {
            Form = form;
            this.rows = rows;
            scores = new double[rows.Count * form.Classes];
            long[] phi = new long[form.Features];
            for (int row = 0; row < rows.Count; row++)
            {
                bool admitted = form.Encoding.TryEncode(rows.Row(row), phi) is null;
                for (int k = 0; k < form.Classes; k++)
                {
                    scores[(row * form.Classes) + k] = admitted ? Real(form, rows.Row(row), phi, k) : double.NaN;
                }
            }

            deviations = [.. Enumerable.Range(0, form.Classes).Select(Deviation)];
        }

        public RealForm Form { get; }

        public bool IsClose(IntegerForm form)
        {
            long[] phi = new long[form.Features];
            long[] answers = new long[form.Classes];
            double[] squares = new double[form.Classes];
            int admitted = 0;
            for (int row = 0; row < rows.Count; row++)
            {
                if (form.Encoding.TryEncode(rows.Row(row), phi) is not null)
                {
                    continue;
                }

                admitted++;
                form.Evaluate(phi, answers);
                for (int k = 0; k < answers.Length; k++)
                {
                    double d = Math.ScaleB(answers[k], -form.ScaleBits) - scores[(row * form.Classes) + k];
                    squares[k] += d * d;
                }
            }

            for (int k = 0; k < squares.Length; k++)
            {
                if (Math.Sqrt(squares[k] / Math.Max(1, admitted)) > LargestRelativeError * deviations[k])
                {
                    return false;
                }
            }

            return true;
        }

        // Reals are taken as they are, not as rounded; all other features are exact.
        private static double Real(RealForm form, ReadOnlySpan<float> x, ReadOnlySpan<long> phi, int k)
        {
            double sum = 0;
            for (int i = 0; i < phi.Length; i++)
            {
                double value = i > 0 && form.Encoding is RealEncoding reals
                    ? (x[i - 1] - reals.Features[i - 1].Middle) / reals.Features[i - 1].Step
                    : phi[i];
                sum += form.Weights[(k * phi.Length) + i] * value;
            }

            return sum;
        }

        private double Deviation(int k)
        {
            double[] values = [.. Enumerable.Range(0, rows.Count).Select(row => scores[(row * Form.Classes) + k]).Where(double.IsFinite)];
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
