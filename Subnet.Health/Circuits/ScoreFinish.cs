using Subnet.Health.Models;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>The answer for one row, after everything public that follows the private head.</summary>
/// <param name="Scores">The reported scores.</param>
/// <param name="Probability">The calibrated probability, where the model has one.</param>
/// <param name="Label">1-based class; for a binary model 1 for no and 2 for yes; 0 for none.</param>
internal sealed record FinishedScore(float[] Scores, float? Probability, int Label);

/// <summary>What the clinic does after decryption: link, calibration, decision. All of it is public.</summary>
internal static class ScoreFinish
{
    /// <summary>Finishes one row.</summary>
    /// <param name="model">The public parts.</param>
    /// <param name="raw">The raw scores, one for each class.</param>
    /// <param name="x">The feature vector, of which distances need the length.</param>
    public static FinishedScore Finish(SplitModel model, ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        float[] scores = Link(model.Head, raw, x);
        float? probability = model.Head is ConstantHead constant ? constant.Probability : model.Calibration?.Calibrate(scores[0]);
        int label = model.Decision switch
        {
            DecisionRule.Above above => (above.OnProbability ? probability ?? float.NaN : scores[0]) > above.Threshold ? 2 : 1,
            DecisionRule.Largest => Best(scores, smallest: false),
            DecisionRule.Smallest => Best(scores, smallest: true),
            _ => 0,
        };
        return new FinishedScore(scores, probability, label);
    }

    private static float[] Link(ModelHead head, ReadOnlySpan<double> raw, ReadOnlySpan<float> x)
    {
        float[] scores = new float[raw.Length];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = (float)raw[k];
        }

        return head switch
        {
            LinearHead linear => Apply(linear.Link, scores),
            MulticlassLinearHead multiclass => Apply(multiclass.Link, scores),
            TreeEnsembleHead trees => Apply(trees.Link, scores),
            OneVersusAllHead ova => OneVersusAll(ova, scores),
            CentroidHead => Distances(raw, x),
            _ => scores,
        };
    }

    private static float[] Apply(ScoreLink link, float[] scores) => link switch
    {
        ScoreLink.Exponential => [.. scores.Select(s => (float)Math.Exp(s))],
        ScoreLink.Logistic => [.. scores.Select(s => (float)(1 / (1 + Math.Exp(-(double)s))))],
        ScoreLink.Softmax => Softmax(scores),
        _ => scores,
    };

    private static float[] OneVersusAll(OneVersusAllHead head, float[] scores)
    {
        if (head.Formula != OneVersusAllFormula.Normalised)
        {
            return head.Formula == OneVersusAllFormula.Softmax ? Softmax(scores) : scores;
        }

        float[] probabilities = [.. scores.Select((score, k) => Math.Max(0, head.Members[k] switch
        {
            { Calibration: Calibration calibration } => calibration.Calibrate(score),
            { Head: ConstantHead constant } => constant.Probability,
            _ => score,
        }))];
        float total = probabilities.Sum();
        return total > 0 ? [.. probabilities.Select(p => p / total)] : probabilities;
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
