using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>How the leaves that a row reaches become one score.</summary>
internal enum TreeAggregate
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their sum over the number of trees.</summary>
    Average,

    /// <summary>The smallest.</summary>
    Minimum,

    /// <summary>The largest.</summary>
    Maximum,
}

/// <summary>score_k = link(base_k + aggregate over trees of the weight k of the leaf that the row reaches).</summary>
/// <param name="FeatureCount">Length of the feature vector.</param>
/// <param name="Trees">At least one; all with the same number of scores.</param>
/// <param name="BaseValues">One for each score.</param>
/// <param name="Aggregate">How trees are put together.</param>
/// <param name="Link">Public last step.</param>
internal sealed record TreeEnsembleHead(
    int FeatureCount,
    ImmutableArray<DecisionTree> Trees,
    ImmutableArray<double> BaseValues,
    TreeAggregate Aggregate = TreeAggregate.Sum,
    ScoreLink Link = ScoreLink.Identity)
    : ModelHead(FeatureCount, BaseValues.Length);
