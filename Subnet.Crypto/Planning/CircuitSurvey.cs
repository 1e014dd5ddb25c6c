using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Planning;

/// <summary>Walks over the nodes of a circuit, each of them once.</summary>
internal sealed class CircuitSurvey
{
    // Operands before what is made of them.
    private readonly List<CircuitNode> _nodes = [];
    private readonly Dictionary<CircuitNode, double> _repetitions = new(ReferenceEqualityComparer.Instance);
    private readonly IReadOnlyList<CircuitNode> _outputs;

    public CircuitSurvey(IReadOnlyList<CircuitNode> outputs)
    {
        _outputs = outputs;
        HashSet<CircuitNode> seen = new(ReferenceEqualityComparer.Instance);
        foreach (CircuitNode output in outputs)
        {
            Visit(output, seen);
        }

        foreach (CircuitNode output in outputs)
        {
            _repetitions[output] = 1;
        }

        // From the outputs down: a node is computed as often as the most demanding of those that use it.
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            double times = _repetitions.GetValueOrDefault(_nodes[i], 1) * _nodes[i].Repetitions;
            foreach (CircuitNode operand in _nodes[i].Operands)
            {
                _repetitions[operand] = Math.Max(times, _repetitions.GetValueOrDefault(operand, 1));
            }
        }
    }

    /// <summary>Ciphertexts of a query.</summary>
    public int InputCount => _nodes.OfType<CircuitNode.InputNode>().Sum(node => node.Count);

    /// <summary>Galois keys.</summary>
    public int GaloisKeys => _nodes.Sum(node => node.GaloisKeys);

    /// <summary>Whether a relinearization key is needed.</summary>
    public bool NeedsRelinearization => _nodes.Any(node => node.NeedsRelinearization);

    /// <summary>Whether a public key is needed.</summary>
    public bool NeedsPublicKey => _nodes.Any(node => node.NeedsPublicKey);

    /// <summary>Whether the parameters need a special prime.</summary>
    public bool NeedsKeySwitching => NeedsRelinearization || GaloisKeys > 0;

    /// <summary>The noise of the worst output.</summary>
    public NoiseLevel Noise(NoiseTracker tracker, Level level, bool rerandomize)
    {
        Dictionary<CircuitNode, NoiseLevel> noise = new(ReferenceEqualityComparer.Instance);
        foreach (CircuitNode node in _nodes)
        {
            noise[node] = node.Noise(tracker, level, [.. node.Operands.Select(operand => noise[operand])]);
        }

        NoiseLevel worst = default;
        foreach (CircuitNode output in _outputs)
        {
            NoiseLevel own = rerandomize ? tracker.Rerandomize(noise[output]) : noise[output];
            worst = new NoiseLevel(Math.Max(worst.WorstCase, own.WorstCase), Math.Max(worst.Variance, own.Variance));
        }

        return worst;
    }

    /// <summary>What computing all outputs takes.</summary>
    public CircuitWork Work(Level level)
    {
        CircuitWork work = default;
        foreach (CircuitNode node in _nodes)
        {
            work += node.Work(level) * _repetitions.GetValueOrDefault(node, 1);
        }

        return work;
    }

    private void Visit(CircuitNode node, HashSet<CircuitNode> seen)
    {
        if (!seen.Add(node))
        {
            return;
        }

        foreach (CircuitNode operand in node.Operands)
        {
            Visit(operand, seen);
        }

        _nodes.Add(node);
    }
}
