using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>Turns the private region of a graph into heads, one for each raw score value.</summary>
internal sealed class CutHead(CutGraph graph, CutRegion region, CutTable[] tables, SquareLayer? squares)
{
    private const long MaxProducts = 1 << 17;

    private int Width => tables.Sum(table => table.Width);

    /// <summary>The head.</summary>
    /// <param name="shapes">The shape of each raw score value, for one row.</param>
    public ModelHead Build(out int[][] shapes)
    {
        if (squares is not null)
        {
            return Quadratic(squares, out shapes);
        }

        string[] affine = [.. region.Frontier.Where(value => !region.IsOfTrees(value))];
        string[] trees = [.. region.Frontier.Where(region.IsOfTrees)];
        var heads = new Dictionary<string, (ModelHead Head, int[] Shape)>(StringComparer.Ordinal);
        AddLinear(affine, heads);
        AddTrees(trees, heads);
        shapes = [.. region.Frontier.Select(value => heads[value].Shape)];
        ModelHead[] members = [.. Merge(region.Frontier.Select(value => heads[value].Head))];
        return members.Length == 1 ? members[0] : new JoinedHead([.. members]);
    }

    // Linear heads that follow each other are one with several scores.
    private static IEnumerable<ModelHead> Merge(IEnumerable<ModelHead> heads)
    {
        List<MulticlassLinearHead> linear = [];
        foreach (ModelHead head in heads)
        {
            if (head is MulticlassLinearHead next)
            {
                linear.Add(next);
                continue;
            }

            if (linear.Count > 0)
            {
                yield return Together(linear);
                linear.Clear();
            }

            yield return head;
        }

        if (linear.Count > 0)
        {
            yield return Together(linear);
        }
    }

    private static ModelHead Together(List<MulticlassLinearHead> heads)
    {
        float[] weights = [.. heads.SelectMany(head => head.Weights)];
        float[] biases = [.. heads.SelectMany(head => head.Biases)];
        return biases.Length == 1 ? new LinearHead([.. weights], biases[0]) : new MulticlassLinearHead([.. weights], [.. biases], ScoreLink.Identity);
    }

    private QuadraticHead Quadratic(SquareLayer layer, out int[][] shapes)
    {
        CutTable[] bases = [.. tables.Where(table => layer.Bases.Contains(table.Name))];
        var inner = new AffineProbe(graph.Piece(layer.Nodes), bases, [layer.Forms]);
        (double[] shifts, double[] forms) = inner.Find();
        if ((long)Width * Width > MaxProducts)
        {
            throw new CutException($"its hidden layer squares forms of {Width} features; a quadratic form of so many does not fit a query");
        }

        double[] padded = new double[shifts.Length * Width];
        int numbers = bases.Sum(table => table.Width);
        for (int j = 0; j < shifts.Length; j++)
        {
            int column = 0;
            foreach (CutTable table in bases)
            {
                forms.AsSpan((j * numbers) + column, table.Width).CopyTo(padded.AsSpan((j * Width) + table.Start));
                column += table.Width;
            }
        }

        var squared = new CutTable(layer.Squared, ElementType.Single, inner.Shapes[0], 0);
        var outer = new AffineProbe(graph.Piece(region.Nodes), [squared], region.Frontier);
        (double[] biases, double[] weights) = outer.Find();
        shapes = outer.Shapes;
        return SquareLayer.Combine(weights, biases, padded, shifts);
    }

    private void AddLinear(string[] wanted, Dictionary<string, (ModelHead Head, int[] Shape)> heads)
    {
        if (wanted.Length == 0)
        {
            return;
        }

        OnnxNode[] nodes = [.. region.Nodes.Where(node => node.Outputs.Any(output => output.Length > 0 && !region.IsOfTrees(output)))];
        HashSet<string> read = [.. nodes.Where(region.Heads.Contains).SelectMany(graph.Variables)];
        CutTable[] own = [.. tables.Where(table => read.Contains(table.Name))];
        var probe = new AffineProbe(graph.Piece(nodes), own, wanted);
        (double[] constant, double[] matrix) = probe.Find();
        int numbers = own.Sum(table => table.Width);
        int row = 0;
        for (int v = 0; v < wanted.Length; v++)
        {
            int count = Tensor.CountOf(probe.Shapes[v]);
            float[] weights = new float[count * Width];
            for (int k = 0; k < count; k++)
            {
                int column = 0;
                foreach (CutTable table in own)
                {
                    for (int i = 0; i < table.Width; i++, column++)
                    {
                        weights[(k * Width) + table.Start + i] = (float)matrix[((row + k) * numbers) + column];
                    }
                }
            }

            heads[wanted[v]] = (
                new MulticlassLinearHead([.. weights], [.. constant.AsSpan(row, count).ToArray().Select(b => (float)b)], ScoreLink.Identity), probe.Shapes[v]);
            row += count;
        }
    }

    private void AddTrees(string[] wanted, Dictionary<string, (ModelHead Head, int[] Shape)> heads)
    {
        if (wanted.Length == 0)
        {
            return;
        }

        OnnxNode[] ensembles = [.. region.Heads.Where(OperatorSplit.IsTrees).OrderBy(node => graph.Nodes.IndexOf(node))];
        TreeEnsembleHead[] read = [.. ensembles.Select(Read)];
        var sums = new List<CutTable>();
        foreach ((OnnxNode node, TreeEnsembleHead head) in ensembles.Zip(read))
        {
            sums.Add(new CutTable(node.Outputs[0], ElementType.Single, [1, head.ScoreCount], sums.Sum(table => table.Width)));
        }

        var probe = new AffineProbe(
            graph.Piece(region.Nodes.Where(node => !region.Heads.Contains(node) && node.Outputs.All(region.IsOfTrees))), sums, wanted);
        (double[] constant, double[] matrix) = probe.Find();
        int numbers = sums.Sum(table => table.Width);
        int row = 0;
        for (int v = 0; v < wanted.Length; v++)
        {
            int count = Tensor.CountOf(probe.Shapes[v]);
            heads[wanted[v]] = (Combine(read, constant.AsSpan(row, count), matrix.AsSpan(row * numbers, count * numbers), numbers), probe.Shapes[v]);
            row += count;
        }
    }

    private TreeEnsembleHead Read(OnnxNode node)
    {
        CutTable table = tables.Single(table => table.Name == node.Inputs[0]);
        if (table.Type == ElementType.Double)
        {
            throw new CutException("its trees compare in double precision; export it with single precision features");
        }

        var context = new NodeContext(node, graph.Version(node.Domain), _ => null);
        int scores = (int)Math.Clamp(context.Integer("n_targets", 1), 1, 1 << 16);
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(context, "target", scores);
        if (trees.Features > table.Width)
        {
            throw new CutException($"its trees look at feature {trees.Features - 1} of {table.Width}");
        }

        TreeEnsembleHead head = trees.ToHead(Width, ScoreLink.Identity)
            ?? throw new CutException("for several targets the smallest or largest tree decides, or leaves lack a target that has a base value; export a model for each target");
        return head with
        {
            Trees = [.. head.Trees.Select(tree => tree with { Nodes = [.. tree.Nodes.Select(branch => branch with { Feature = branch.Feature + table.Start })] })],
        };
    }

    // score_k = constant_k + sum over ensembles of the matrix times their sums: the matrix goes into the leaves.
    private TreeEnsembleHead Combine(TreeEnsembleHead[] ensembles, ReadOnlySpan<double> constant, ReadOnlySpan<double> matrix, int numbers)
    {
        if (ensembles.Any(head => head.Aggregate is TreeAggregate.Minimum or TreeAggregate.Maximum))
        {
            return ensembles.Length == 1 && constant is [0] && matrix is [1]
                ? ensembles[0]
                : throw new CutException("the smallest or largest tree decides, and more is computed of it under the cut");
        }

        double[] bases = constant.ToArray();
        var trees = new List<DecisionTree>();
        int first = 0;
        foreach (TreeEnsembleHead head in ensembles)
        {
            double share = head.Aggregate == TreeAggregate.Average ? 1.0 / head.Trees.Length : 1;
            double[] factors = new double[constant.Length * head.ScoreCount];
            for (int k = 0; k < constant.Length; k++)
            {
                for (int s = 0; s < head.ScoreCount; s++)
                {
                    factors[(k * head.ScoreCount) + s] = matrix[(k * numbers) + first + s];
                    bases[k] += factors[(k * head.ScoreCount) + s] * head.BaseValues[s];
                }
            }

            first += head.ScoreCount;
            if (Array.TrueForAll(factors, factor => factor == 0))
            {
                continue;
            }

            trees.AddRange(head.Trees.Select(tree => Scale(tree, factors, share, bases.Length)));
        }

        return new TreeEnsembleHead(Width, [.. trees], [.. bases]);
    }

    private static DecisionTree Scale(DecisionTree tree, double[] factors, double share, int scores)
    {
        double[] weights = new double[tree.LeafCount * scores];
        for (int leaf = 0; leaf < tree.LeafCount; leaf++)
        {
            for (int k = 0; k < scores; k++)
            {
                for (int s = 0; s < tree.ScoreCount; s++)
                {
                    weights[(leaf * scores) + k] += factors[(k * tree.ScoreCount) + s] * share * tree.LeafWeights[(leaf * tree.ScoreCount) + s];
                }
            }
        }

        return new DecisionTree(tree.Nodes, [.. weights], scores);
    }
}
