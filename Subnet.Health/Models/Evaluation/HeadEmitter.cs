using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Turns a head into stages that read feature lanes and write score lanes.</summary>
internal static class HeadEmitter
{
    /// <summary>Appends the stages of a head.</summary>
    /// <param name="builder">Where to.</param>
    /// <param name="head">What to evaluate.</param>
    /// <param name="features">As many slots as the head has features.</param>
    /// <returns>One single lane for each score.</returns>
    /// <exception cref="ArgumentException">The numbers of features differ.</exception>
    public static Lane[] Emit(LaneProgramBuilder builder, ModelHead head, Slot[] features)
    {
        if (features.Length != head.FeatureCount && head is not ConstantHead)
        {
            throw new ArgumentException($"the head has {head.FeatureCount} features, not {features.Length}", nameof(features));
        }

        Lane[] values = [.. features.Select(slot => slot.Value)];
        switch (head)
        {
            case LinearHead linear:
                return [EmitDot(builder, features, linear.Weights.AsSpan(), linear.StoredSparse, linear.Bias, linear.Link)];
            case MulticlassLinearHead multiclass:
                return EmitMulticlass(builder, multiclass, features);
            case OneVersusAllHead ova:
                return EmitOneVersusAll(builder, ova, features);
            case PairwiseCouplingHead pairwise:
                Lane[] pairs = [.. pairwise.Members.Select(member => EmitProbability(builder, member, features))];
                return Emitted(builder, pairwise.Classes, scores => new CouplingStage(pairs, scores));
            case AdditiveHead additive:
                Lane sum = builder.NewLane(LaneKind.Double);
                return Emitted(builder, 1, scores => new AdditiveStage(additive, values, sum, scores[0]));
            case TreeEnsembleHead trees:
                Lane[] sums = builder.NewLanes(LaneKind.Double, trees.ScoreCount);
                Lane[] raw = Emitted(builder, trees.ScoreCount, scores => new TreeStage(trees, values, sums, scores));
                return trees.Link == ScoreLink.Softmax ? Emitted(builder, raw.Length, scores => new SoftmaxStage(raw, scores)) : raw;
            case NaiveBayesHead bayes:
                Lane logarithm = builder.NewLane(LaneKind.Double);
                return Emitted(builder, bayes.ScoreCount, scores => new NaiveBayesStage(bayes, values, logarithm, scores));
            case CentroidHead centroids:
                Lane[] distance = builder.NewLanes(LaneKind.Double, 2);
                return Emitted(builder, centroids.Count, scores => new CentroidStage(centroids, values, distance, scores));
            case LocalDeepHead deep:
                return Emitted(builder, 1, scores => new LocalDeepStage(deep, values, scores[0]));
            case ConstantHead constant:
                return Emitted(builder, 1, scores => new ConstantStage((2 * constant.Probability) - 1, scores[0]));
            default:
                throw new ArgumentException($"no evaluation for {head.GetType().Name}", nameof(head));
        }
    }

    /// <summary>Appends the stages of a member and of its calibration.</summary>
    /// <returns>The lane of the probability.</returns>
    /// <exception cref="ArgumentException">The member has no probability.</exception>
    public static Lane EmitProbability(LaneProgramBuilder builder, MemberModel member, Slot[] features)
    {
        if (member is { Head: ConstantHead constant, Calibration: null })
        {
            return Emitted(builder, 1, to => new ConstantStage(constant.Probability, to[0]))[0];
        }

        Calibration calibration = member.Calibration ?? throw new ArgumentException("the member has no probability", nameof(member));
        Lane score = Emit(builder, member.Head, features)[0];
        return Emitted(builder, 1, to => new CalibrationStage(calibration, score, to[0]))[0];
    }

    private static Lane[] EmitMulticlass(LaneProgramBuilder builder, MulticlassLinearHead head, Slot[] features)
    {
        var scores = new Lane[head.ScoreCount];
        for (int k = 0; k < scores.Length; k++)
        {
            ScoreLink link = head.Link == ScoreLink.Exponential ? ScoreLink.Exponential : ScoreLink.Identity;
            scores[k] = EmitDot(builder, features, head.WeightsOf(k), head.StoredSparse, head.Biases[k], link);
        }

        return head.Link switch
        {
            ScoreLink.Softmax => Emitted(builder, scores.Length, to => new SoftmaxStage(scores, to)),
            ScoreLink.Logistic => Emitted(builder, scores.Length, to => new LogisticStage(scores, to)),
            _ => scores,
        };
    }

    private static Lane[] EmitOneVersusAll(LaneProgramBuilder builder, OneVersusAllHead head, Slot[] features)
    {
        Lane[] members = head.Formula == OneVersusAllFormula.Normalised
            ? [.. head.Members.Select(member => EmitProbability(builder, member, features))]
            : [.. head.Members.Select(member => Emit(builder, member.Head, features)[0])];
        return head.Formula switch
        {
            OneVersusAllFormula.Normalised => Emitted(builder, members.Length, to => new NormaliseStage(members, to)),
            OneVersusAllFormula.Softmax => Emitted(builder, members.Length, to => new ExponentialShareStage(members, to)),
            _ => members,
        };
    }

    private static Lane EmitDot(
        LaneProgramBuilder builder, Slot[] features, ReadOnlySpan<float> weights, bool storedSparse, float bias, ScoreLink link)
    {
        Lane sum = builder.NewLane(LaneKind.Double);
        Lane score = builder.NewLane(LaneKind.Single);
        builder.Add(new LinearStage(features, weights, storedSparse, bias, link == ScoreLink.Exponential, sum, score));
        return link == ScoreLink.Logistic ? Emitted(builder, 1, to => new LogisticStage([score], to))[0] : score;
    }

    private static Lane[] Emitted(LaneProgramBuilder builder, int count, Func<Lane[], Stage> stage)
    {
        Lane[] lanes = builder.NewLanes(LaneKind.Single, count);
        builder.Add(stage(lanes));
        return lanes;
    }
}
