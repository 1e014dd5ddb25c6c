using System.Collections.Immutable;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>How raw scores become reported scores.</summary>
internal enum Combination
{
    /// <summary>By the link alone.</summary>
    Link,

    /// <summary>Each to its probability, negatives to 0, over their sum.</summary>
    Normalised,

    /// <summary>Each to its probability, then pairwise coupling; raw scores are the lower triangle of pairs.</summary>
    Coupled,

    /// <summary>Plus the squared length of the feature vector.</summary>
    Distances,

    /// <summary>The smallest raw score alone: trees of which the smallest decides.</summary>
    Smallest,

    /// <summary>The largest raw score alone.</summary>
    Largest,

    /// <summary>Gates, experts and ways of a local deep kernel machine.</summary>
    LocalDeep,
}

/// <summary>Everything public behind the private forms; the card carries it and the clinic applies it.</summary>
/// <param name="Combination">From raw to reported scores.</param>
/// <param name="Link">With <see cref="Combination.Link"/>.</param>
/// <param name="Members">Calibrations of the members, with <see cref="Combination.Normalised"/> and <see cref="Combination.Coupled"/>.</param>
/// <param name="Sigma">Sharpness, with <see cref="Combination.LocalDeep"/>.</param>
/// <param name="Calibration">From the reported score to a probability, or null.</param>
/// <param name="Decision">From scores to the label.</param>
/// <param name="Tail">Stands in the place of all others where they cannot say it.</param>
internal sealed record PublicRest(
    Combination Combination,
    ScoreLink Link,
    ImmutableArray<Calibration> Members,
    float Sigma,
    Calibration? Calibration,
    DecisionRule Decision,
    IPublicTail? Tail = null)
{
    // The score of a constant model is 2p - 1.
    private static readonly Calibration OfConstant = new LineCalibration(0.5, 0.5);

    /// <summary>The public rest of a model.</summary>
    public static PublicRest Of(SplitModel model)
    {
        Calibration? calibration = model.Head is ConstantHead ? OfConstant : model.Calibration;
        var rest = new PublicRest(Combination.Link, ScoreLink.Identity, [], 0, calibration, model.Decision, model.Tail);
        return model.Head switch
        {
            LinearHead linear => rest with { Link = linear.Link },
            MulticlassLinearHead multiclass => rest with { Link = multiclass.Link },
            TreeEnsembleHead { Aggregate: TreeAggregate.Minimum } trees => rest with { Combination = Combination.Smallest, Link = trees.Link },
            TreeEnsembleHead { Aggregate: TreeAggregate.Maximum } trees => rest with { Combination = Combination.Largest, Link = trees.Link },
            TreeEnsembleHead trees => rest with { Link = trees.Link },
            OneVersusAllHead { Formula: OneVersusAllFormula.Normalised } ova => rest with { Combination = Combination.Normalised, Members = Probabilities(ova.Members) },
            OneVersusAllHead { Formula: OneVersusAllFormula.Softmax } => rest with { Link = ScoreLink.Softmax },
            PairwiseCouplingHead pairwise => rest with { Combination = Combination.Coupled, Members = Probabilities(pairwise.Members) },
            CentroidHead => rest with { Combination = Combination.Distances },
            LocalDeepHead deep => rest with { Combination = Combination.LocalDeep, Sigma = deep.Sigma },
            _ => rest,
        };
    }

    private static ImmutableArray<Calibration> Probabilities(ImmutableArray<MemberModel> members) =>
        [.. members.Select(member => member.Head is ConstantHead ? OfConstant : member.Calibration ?? new LineCalibration(1, 0))];
}
