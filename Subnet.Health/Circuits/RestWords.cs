using System.Globalization;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>What follows the private part, in words for people.</summary>
internal static class RestWords
{
    /// <summary>What an answer means, where the miner does not say it in words of its own.</summary>
    /// <param name="task">What the model answers.</param>
    /// <param name="classes">Names of its classes.</param>
    /// <param name="rest">What follows the private part.</param>
    public static string Meaning(ModelTask task, IReadOnlyList<string> classes, PublicRest rest) => task switch
    {
        ModelTask.Binary => $"yes or no ({(classes.Count > 0 ? classes[^1] : "1")} is yes) by a score{(rest.Calibration is null ? "" : " and the probability of yes")}",
        ModelTask.Multiclass => $"one of {(classes.Count > 0 ? string.Join(", ", classes) : "several classes")}, by a score for each",
        ModelTask.Clustering => "the nearest of several centres, by the squared distance to each",
        _ => "a number in the unit of the training data",
    };

    /// <summary>From raw scores to reported ones.</summary>
    public static string Link(PublicRest rest) => rest.Tail is not null ? "the end of the graph, which the card holds" : rest.Combination switch
    {
        Combination.Normalised => "each score to its probability, then over their sum",
        Combination.Coupled => "each pair to its probability, then pairwise coupling",
        Combination.Distances => "plus the squared length of the feature vector",
        Combination.Smallest => $"the smallest, then {Word(rest.Link)}",
        Combination.Largest => $"the largest, then {Word(rest.Link)}",
        Combination.LocalDeep => "a walk down the tree of gates, tanh of each times its expert",
        _ => Word(rest.Link),
    };

    /// <summary>From the reported score to a probability.</summary>
    public static string Calibration(PublicRest rest) => rest.Calibration switch
    {
        null => "none",
        PlattCalibration platt => string.Create(CultureInfo.InvariantCulture, $"1 / (1 + exp({platt.A:G6} s + {platt.B:G6}))"),
        LineCalibration line => string.Create(CultureInfo.InvariantCulture, $"{line.Slope:G6} s + {line.Offset:G6}"),
        BinnedCalibration bins => $"{bins.Probabilities.Length} bins",
        IsotonicCalibration isotonic => $"isotonic in {isotonic.Pieces.Length} pieces",
        _ => "as the card holds it",
    };

    /// <summary>From scores to the label.</summary>
    public static string Decision(PublicRest rest) => rest.Tail is not null ? "the end of the graph" : rest.Decision switch
    {
        DecisionRule.Above above => string.Create(CultureInfo.InvariantCulture, $"yes when the {(above.OnProbability ? "probability" : "score")} is above {above.Threshold:G6}"),
        DecisionRule.Largest => "the class of the largest score",
        DecisionRule.Smallest => "the centre of the smallest score",
        _ => "none",
    };

    private static string Word(ScoreLink link) => link switch
    {
        ScoreLink.Exponential => "exp",
        ScoreLink.Logistic => "1 / (1 + exp(-s))",
        ScoreLink.Softmax => "softmax",
        _ => "the score itself",
    };
}
