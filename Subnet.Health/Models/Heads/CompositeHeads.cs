using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>A binary model inside another: its head and, where it has one, its calibration.</summary>
/// <param name="Head">With one score.</param>
/// <param name="Calibration">From the score to a probability; null when the raw score stands for itself.</param>
internal sealed record MemberModel(ModelHead Head, Calibration? Calibration);

/// <summary>How the members of a one-versus-all model are put together.</summary>
internal enum OneVersusAllFormula
{
    /// <summary>Raw scores.</summary>
    Raw,

    /// <summary>Probabilities, negatives to 0, over their sum if that is above 0.</summary>
    Normalised,

    /// <summary>Softmax of raw scores.</summary>
    Softmax,
}

/// <summary>One binary model for each class.</summary>
/// <param name="Members">One for each class, all on the same features; constants look at none.</param>
/// <param name="Formula">Public last step.</param>
internal sealed record OneVersusAllHead(ImmutableArray<MemberModel> Members, OneVersusAllFormula Formula)
    : ModelHead(Members.Max(member => member.Head.FeatureCount), Members.Length);

/// <summary>
/// One binary model for each class and for each pair of classes, put together by pairwise coupling (plaintext only).
/// </summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Members">Lower triangle row by row: element i (i + 1) / 2 + j is "class i or class j", j &lt;= i.</param>
internal sealed record PairwiseCouplingHead(int Classes, ImmutableArray<MemberModel> Members)
    : ModelHead(Members.Max(member => member.Head.FeatureCount), Classes)
{
    /// <summary>The member for "class i or class j".</summary>
    public MemberModel Pair(int i, int j) => Members[(Math.Max(i, j) * (Math.Max(i, j) + 1) / 2) + Math.Min(i, j)];
}

/// <summary>Several heads on one feature vector; their scores one after another. What becomes of them is public.</summary>
/// <param name="Members">All with the same number of features.</param>
internal sealed record JoinedHead(ImmutableArray<ModelHead> Members)
    : ModelHead(Members[0].FeatureCount, Members.Sum(member => member.ScoreCount));
