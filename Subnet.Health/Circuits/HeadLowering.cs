using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>Writes a private head as linear forms over public integer features, or says why it cannot be.</summary>
internal static class HeadLowering
{
    /// <summary>The circuit of a head, or null with a reason when it is served in the clear only.</summary>
    public static CircuitKind? KindOf(ModelHead head, out string? reason)
    {
        reason = null;
        switch (head)
        {
            case LinearHead or MulticlassLinearHead or NaiveBayesHead or CentroidHead or ConstantHead or LocalDeepHead:
                return CircuitKind.Linear;
            case QuadraticHead:
                return CircuitKind.Quadratic;
            case AdditiveHead:
                return CircuitKind.Additive;
            case TreeEnsembleHead { Aggregate: TreeAggregate.Minimum or TreeAggregate.Maximum, ScoreCount: > 1 }:
                reason = "the smallest or largest tree decides for each of several targets; train a model for each target";
                return null;
            case TreeEnsembleHead:
                return CircuitKind.ForestLeaves;
            case JoinedHead joined:
                return KindOf(joined.Members, out reason);
            case OneVersusAllHead ova:
                return KindOf(ova.Members.Select(member => member.Head), out reason);
            case PairwiseCouplingHead pairwise:
                return KindOf(pairwise.Members.Select(member => member.Head), out reason);
            default:
                reason = $"{head.GetType().Name} is not linear in any public features; use a linear model, an additive model or trees";
                return null;
        }
    }

    /// <summary>
    /// The linear form of a head, a class for each of its raw scores. Where the smallest or largest tree decides, every tree is a
    /// raw score: the choice is the clinic's.
    /// </summary>
    /// <param name="head">Of a kind that <see cref="KindOf(ModelHead, out string?)"/> names.</param>
    /// <param name="reals">How each feature of the vector is quantised; used by heads that take reals.</param>
    /// <exception cref="CircuitException">The head has no circuit.</exception>
    public static RealForm Lower(ModelHead head, RealEncoding reals)
    {
        switch (head)
        {
            case LinearHead linear:
                return Linear(reals, [.. linear.Weights.Select(w => (double)w)], [linear.Bias]);
            case MulticlassLinearHead multiclass:
                return Linear(reals, [.. multiclass.Weights.Select(w => (double)w)], [.. multiclass.Biases.Select(b => (double)b)]);
            case QuadraticHead quadratic:
                return Quadratic(reals, quadratic);
            case CentroidHead centroids:
                return Centroids(reals, centroids);
            case ConstantHead constant:
                return new RealForm(new RealEncoding([]), 1, [(2.0 * constant.Probability) - 1]);
            case NaiveBayesHead bayes:
                return NaiveBayes(bayes);
            case AdditiveHead additive:
                return new RealForm(
                    new BinEncoding(additive.Shapes), 1, [additive.Intercept, .. additive.Shapes.SelectMany(shape => shape.Effects)]);
            case TreeEnsembleHead trees:
                return Trees(trees);
            case OneVersusAllHead ova:
                return RealForm.Join([.. ova.Members.Select(member => Lower(member.Head, reals))]);
            case PairwiseCouplingHead pairwise:
                return RealForm.Join([.. pairwise.Members.Select(member => Lower(member.Head, reals))]);
            case JoinedHead joined:
                return RealForm.Join([.. joined.Members.Select(member => Lower(member, reals))]);
            case LocalDeepHead deep:
                return Linear(
                    reals,
                    [.. deep.ThetaPrime.Concat(deep.W).Concat(deep.Theta).Select(w => (double)w)],
                    [.. deep.BiasThetaPrime.Concat(deep.BiasW).Concat(deep.BiasTheta).Select(b => (double)b)]);
            default:
                KindOf(head, out string? reason);
                throw new CircuitException($"the model cannot be compiled: {reason}.");
        }
    }

    // Members of several kinds go into one query; it is named after the one whose public part says the most.
    private static CircuitKind? KindOf(IEnumerable<ModelHead> members, out string? reason)
    {
        reason = null;
        CircuitKind most = CircuitKind.Linear;
        foreach (ModelHead member in members)
        {
            // Its raw scores are many, and what a class makes of them would have to be said for each member.
            if (member is LocalDeepHead)
            {
                reason = "a local deep kernel machine is one of several members; train the members as linear models, additive models or trees";
                return null;
            }

            if (KindOf(member, out reason) is not { } kind)
            {
                return null;
            }

            most = kind > most ? kind : most;
        }

        return most;
    }

    // w . x = w . (middle + step phi): the steps go into the weights, the middles into the bias.
    private static RealForm Linear(RealEncoding reals, double[] weights, double[] biases)
    {
        int features = reals.Features.Length;
        int n = features + 1;
        double[] form = new double[biases.Length * n];
        for (int k = 0; k < biases.Length; k++)
        {
            double bias = biases[k];
            for (int i = 0; i < features; i++)
            {
                double w = weights[(k * features) + i];
                bias += w * reals.Features[i].Middle;
                form[(k * n) + i + 1] = w * reals.Features[i].Step;
            }

            form[k * n] = bias;
        }

        return new RealForm(reals, biases.Length, form);
    }

    // x = middle + step phi in both factors of every product: constants, linear terms and products of the integers.
    private static RealForm Quadratic(RealEncoding reals, QuadraticHead head)
    {
        var encoding = new ProductEncoding(reals, head.Pairs);
        RealForm linear = Linear(reals, [.. head.Linear], [.. head.Biases]);
        int n = encoding.Length;
        double[] form = new double[checked(head.ScoreCount * n)];
        for (int k = 0; k < head.ScoreCount; k++)
        {
            Span<double> own = form.AsSpan(k * n, n);
            linear.Weights.AsSpan(k * linear.Features, linear.Features).CopyTo(own);
            for (int p = 0; p < head.Pairs.Length; p++)
            {
                double weight = head.Products[(k * head.Pairs.Length) + p];
                RealFeature a = reals.Features[head.Pairs[p].First];
                RealFeature b = reals.Features[head.Pairs[p].Second];
                own[0] += weight * a.Middle * b.Middle;
                own[1 + head.Pairs[p].First] += weight * a.Step * b.Middle;
                own[1 + head.Pairs[p].Second] += weight * a.Middle * b.Step;
                own[linear.Features + p] = weight * a.Step * b.Step;
            }
        }

        return new RealForm(encoding, head.ScoreCount, form);
    }

    // |c - x|^2 = |c|^2 - 2 c . x + |x|^2; the clinic adds the last term, which is the same for all centres.
    private static RealForm Centroids(RealEncoding reals, CentroidHead head)
    {
        double[] weights = [.. head.Centres.Select(c => -2.0 * c)];
        double[] biases = [.. Enumerable.Range(0, head.Count).Select(k =>
            head.Centres.AsSpan().Slice(k * head.FeatureCount, head.FeatureCount).ToArray().Sum(c => (double)c * c))];
        return Linear(reals, weights, biases);
    }

    private static RealForm NaiveBayes(NaiveBayesHead head)
    {
        int n = head.FeatureCount + 1;
        double[] form = new double[head.ScoreCount * n];

        // A class never seen has score minus infinity. A score below every possible one ranks the same.
        double floor = -(1 + head.Weights.Sum(Math.Abs) + head.Bases.Where(double.IsFinite).Sum(Math.Abs));
        for (int k = 0; k < head.ScoreCount; k++)
        {
            form[k * n] = double.IsFinite(head.Bases[k]) ? head.Bases[k] : floor;
            head.Weights.AsSpan().Slice(k * head.FeatureCount, head.FeatureCount).CopyTo(form.AsSpan((k * n) + 1));
        }

        return new RealForm(new PresenceEncoding(head.FeatureCount), head.ScoreCount, form);
    }

    private static RealForm Trees(TreeEnsembleHead head)
    {
        if (head.Aggregate is TreeAggregate.Minimum or TreeAggregate.Maximum)
        {
            return RealForm.Join([.. head.Trees.Select(tree => Trees(head with { Trees = [tree], Aggregate = TreeAggregate.Sum }))]);
        }

        var encoding = new LeafEncoding(head.Trees);
        double divisor = head.Aggregate == TreeAggregate.Average ? head.Trees.Length : 1;
        double[] form = new double[checked(head.ScoreCount * encoding.Length)];
        for (int k = 0; k < head.ScoreCount; k++)
        {
            int at = k * encoding.Length;
            form[at++] = head.BaseValues[k];
            foreach (DecisionTree tree in head.Trees)
            {
                for (int leaf = 0; leaf < tree.LeafCount; leaf++)
                {
                    form[at++] = tree.LeafWeights[(leaf * tree.ScoreCount) + k] / divisor;
                }
            }
        }

        return new RealForm(encoding, head.ScoreCount, form);
    }
}
