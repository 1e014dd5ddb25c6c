using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>The answer for one row, after everything public that follows the private head.</summary>
/// <param name="Scores">The reported scores.</param>
/// <param name="Probability">The calibrated probability, where the model has one.</param>
/// <param name="Label">1-based class; for a binary model 1 for no and 2 for yes; 0 for none.</param>
/// <param name="LabelText">The label as the model itself writes it; null where its place is all that is known.</param>
internal sealed record FinishedScore(float[] Scores, float? Probability, int Label, string? LabelText = null)
{
    /// <summary>Whether another answer has the same label.</summary>
    public bool HasLabelOf(FinishedScore other) => Label == other.Label && string.Equals(LabelText, other.LabelText, StringComparison.Ordinal);
}

/// <summary>What the clinic does after decryption: link, calibration, decision. All of it is public.</summary>
internal static class ScoreFinish
{
    /// <summary>Finishes one row.</summary>
    /// <param name="rest">The public parts.</param>
    /// <param name="raw">The raw scores.</param>
    /// <param name="x">The feature vector, of which distances need the length.</param>
    public static FinishedScore Finish(PublicRest rest, ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        if (rest.Tail is IPublicTail tail)
        {
            TailAnswer answer = tail.Finish(raw, x);
            return new FinishedScore(answer.Scores, answer.Probability, answer.Label is null ? 0 : 1, answer.Label);
        }

        float[] scores = Combine(rest, raw, x);
        float? probability = rest.Calibration?.Calibrate(scores[0]);
        int label = rest.Decision switch
        {
            DecisionRule.Above above => (above.OnProbability ? probability ?? float.NaN : scores[0]) > above.Threshold ? 2 : 1,
            DecisionRule.Largest => Best(scores, smallest: false),
            DecisionRule.Smallest => Best(scores, smallest: true),
            _ => 0,
        };
        return new FinishedScore(scores, probability, label);
    }

    /// <summary>A decrypted row, with what rounding can have done to it.</summary>
    /// <param name="card">The card.</param>
    /// <param name="answers">One integer for each raw score.</param>
    /// <param name="x">The feature vector.</param>
    public static ScoredRow Row(ReadCard card, ReadOnlySpan<long> answers, ReadOnlySpan<float> x)
    {
        double[] raw = new double[answers.Length];
        for (int k = 0; k < raw.Length; k++)
        {
            raw[k] = card.RawOf(answers[k]);
        }

        FinishedScore finished = Finish(card.Rest, raw, x);
        int place = finished.LabelText is string label ? card.ClassLabels.IndexOf(label) : finished.Label - 1;
        string text = finished.LabelText ?? (place < 0 ? "" : place < card.ClassLabels.Length ? card.ClassLabels[place] : finished.Label.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new ScoredRow(
            [.. finished.Scores], finished.Probability, place + 1, text, card.Rounding, IsTie(card.Rest, raw, x, card.Rounding), [.. answers]);
    }

    /// <summary>Whether moving one raw score by so much either way changes the label.</summary>
    public static bool IsTie(PublicRest rest, double[] raw, ReadOnlySpan<float> x, double reach)
    {
        FinishedScore known = Finish(rest, raw, x);
        for (int k = 0; known.Label != 0 && k < raw.Length; k++)
        {
            foreach (double step in (ReadOnlySpan<double>)[-reach, reach])
            {
                double[] moved = [.. raw];
                moved[k] += step;
                if (!Finish(rest, moved, x).HasLabelOf(known))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static float[] Combine(PublicRest rest, ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        float[] scores = new float[raw.Length];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = (float)raw[k];
        }

        return rest.Combination switch
        {
            Combination.Normalised => Normalise(Probabilities(rest, scores)),
            Combination.Coupled => PairwiseCoupling.Combine(Probabilities(rest, scores)),
            Combination.Distances => Distances(raw, x),
            Combination.LocalDeep => [LocalDeep(raw, rest.Sigma)],
            Combination.Smallest => Apply(rest.Link, [scores.Min()]),
            Combination.Largest => Apply(rest.Link, [scores.Max()]),
            _ => Apply(rest.Link, scores),
        };
    }

    private static float[] Apply(ScoreLink link, float[] scores) => link switch
    {
        ScoreLink.Exponential => [.. scores.Select(s => (float)Math.Exp(s))],
        ScoreLink.Logistic => [.. scores.Select(s => (float)(1 / (1 + Math.Exp(-(double)s))))],
        ScoreLink.Softmax => Softmax(scores),
        _ => scores,
    };

    private static float[] Probabilities(PublicRest rest, float[] scores) => [.. scores.Select((score, k) => rest.Members[k].Calibrate(score))];

    private static float[] Normalise(float[] probabilities)
    {
        float[] positive = [.. probabilities.Select(p => p < 0 ? 0 : p)];
        float total = positive.Sum();
        return total > 0 ? [.. positive.Select(p => p / total)] : positive;
    }

    private static float[] Softmax(float[] scores)
    {
        float largest = scores.Max();
        double total = scores.Sum(s => Math.Exp(s - largest));
        return [.. scores.Select(s => (float)(Math.Exp(s - largest) / total))];
    }

    private static float[] Distances(ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        double length = 0;
        foreach (float value in x)
        {
            length += (double)value * value;
        }

        float[] distances = new float[raw.Length];
        for (int k = 0; k < distances.Length; k++)
        {
            distances[k] = (float)Math.Max(0, raw[k] + length);
        }

        return distances;
    }

    // Gates and experts of all 2L - 1 nodes, then the ways of the L - 1 inner ones: 5L - 3 raw scores.
    private static float LocalDeep(ReadOnlySpan<double> raw, float sigma)
    {
        int leaves = (raw.Length + 3) / 5;
        int nodes = (2 * leaves) - 1;
        double total = 0;
        int node = 0;
        while (true)
        {
            total += Math.Tanh(sigma * raw[node]) * raw[nodes + node];
            if (node >= leaves - 1)
            {
                return (float)total;
            }

            node = (2 * node) + (raw[(2 * nodes) + node] > 0 ? 1 : 2);
        }
    }

    private static int Best(float[] scores, bool smallest)
    {
        int best = 0;
        for (int k = 0; k < scores.Length; k++)
        {
            if (!float.IsNaN(scores[k]) && (best == 0 || (smallest ? scores[k] < scores[best - 1] : scores[k] > scores[best - 1])))
            {
                best = k + 1;
            }
        }

        return best;
    }
}
