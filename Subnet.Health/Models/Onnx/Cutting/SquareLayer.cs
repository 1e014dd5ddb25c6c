using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// A hidden layer with squares in front of the private region: features that are squares of affine forms of other public features.
/// Layer, squares and region together are one quadratic form, all of it private.
/// </summary>
/// <param name="Squared">Name of the squares: what the region reads.</param>
/// <param name="Forms">Name of the affine forms that are squared.</param>
/// <param name="Nodes">What makes the forms.</param>
/// <param name="Bases">What they are forms of.</param>
internal sealed record SquareLayer(string Squared, string Forms, IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<string> Bases)
{
    /// <summary>The layer before a region, or null where there is none.</summary>
    public static SquareLayer? Find(CutGraph graph, CutRegion region)
    {
        string[] read = [.. region.Heads.SelectMany(graph.Variables).Distinct()];
        if (read.Length != 1 || region.Frontier.Any(region.IsOfTrees) || graph.Producer(read[0]) is not { } square || Squares(square, graph) is not { } forms)
        {
            return null;
        }

        // A matrix is looked for first; where there is none, one number for each feature will do (Gaussian naive Bayes).
        SquareLayer? layer = Behind(graph, read[0], forms, weight: 1) ?? Behind(graph, read[0], forms, weight: 2);
        return layer is not null && layer.IsUsedHereOnly(graph, square, region) ? layer : null;
    }

    // Backwards from the forms, as long as everything is affine; what is left over are the bases.
    private static SquareLayer? Behind(CutGraph graph, string squared, string forms, int weight)
    {
        List<OnnxNode> nodes = [];
        List<string> bases = [];
        var pending = new Stack<string>([forms]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool trained = false;
        while (pending.TryPop(out string? name))
        {
            if (!seen.Add(name))
            {
                continue;
            }

            if (!trained && graph.Producer(name) is { } node && AffineOperators.IsAffine(node, graph, input => graph.Constant(input) is null))
            {
                nodes.Add(node);
                trained |= AffineOperators.Weight(node, graph) == weight;
                foreach (string input in graph.Variables(node))
                {
                    pending.Push(input);
                }
            }
            else
            {
                bases.Add(name);
            }
        }

        return trained ? new SquareLayer(squared, forms, [.. graph.Nodes.Where(nodes.Contains)], bases) : null;
    }

    // Were a value of the layer read elsewhere, it would have to be public.
    private bool IsUsedHereOnly(CutGraph graph, OnnxNode square, CutRegion region)
    {
        HashSet<OnnxNode> inside = [.. region.Nodes, .. Nodes, square];
        return inside.Except(region.Nodes).SelectMany(node => node.Outputs)
            .All(output => !graph.Outputs.Contains(output) && graph.Consumers(output).All(inside.Contains));
    }

    /// <summary>The quadratic head: scores of the squares put into scores of the bases.</summary>
    /// <param name="outer">Row-major, scores x squares.</param>
    /// <param name="biases">One for each score.</param>
    /// <param name="inner">Row-major, squares x features.</param>
    /// <param name="shifts">One for each square.</param>
    public static QuadraticHead Combine(ReadOnlySpan<double> outer, ReadOnlySpan<double> biases, double[] inner, double[] shifts)
    {
        int squares = shifts.Length;
        int features = inner.Length / squares;
        double[] linear = new double[biases.Length * features];
        double[] constant = new double[biases.Length];
        double[][] products = [.. Enumerable.Range(0, biases.Length).Select(_ => new double[features * features])];
        for (int k = 0; k < biases.Length; k++)
        {
            constant[k] = biases[k];
            for (int j = 0; j < squares; j++)
            {
                double weight = outer[(k * squares) + j];
                constant[k] += weight * shifts[j] * shifts[j];
                ReadOnlySpan<double> form = inner.AsSpan(j * features, features);
                for (int a = 0; a < features; a++)
                {
                    linear[(k * features) + a] += 2 * weight * shifts[j] * form[a];
                    for (int b = a; b < features; b++)
                    {
                        products[k][(a * features) + b] += (a == b ? 1 : 2) * weight * form[a] * form[b];
                    }
                }
            }
        }

        FeaturePair[] pairs = [
            .. from a in Enumerable.Range(0, features)
               from b in Enumerable.Range(a, features - a)
               where products.Any(own => own[(a * features) + b] != 0)
               select new FeaturePair(a, b)];
        return new QuadraticHead(
            [.. pairs], [.. products.SelectMany(own => pairs.Select(pair => own[(pair.First * features) + pair.Second]))], [.. linear], [.. constant]);
    }

    // The value that a node squares, or null.
    private static string? Squares(OnnxNode node, CutGraph graph) => node switch
    {
        { Domain: "", Operator: "Mul", Inputs: [string a, string b] } when a == b => a,
        { Domain: "", Operator: "Pow", Inputs: [string a, string b] } when graph.Constant(b) is { Count: 1 } power && power.ToSingles()[0] == 2 && graph.Constant(a) is null => a,
        _ => null,
    };
}
