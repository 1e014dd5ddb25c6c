using System.Buffers.Binary;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// Hides which edges a forest splits at: decoys are put between neighbouring values of the reference rows, over all features, those
/// without a split among them, and at the same relative places as the real ones, so that neither their number by feature nor their
/// digits tell them apart.
/// </summary>
internal static class EdgeSuperset
{
    // At least a third of the edges are decoys.
    private const double RoomForDecoys = 1.5;

    /// <summary>Number of bits for so many real edges: a power of two where slots are shared.</summary>
    public static int BitsFor(int real, bool powerOfTwo)
    {
        const int Fewest = 64;
        int wanted = Math.Max(Fewest, (int)Math.Ceiling(real * RoomForDecoys));
        return powerOfTwo ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)wanted) : wanted;
    }

    /// <summary>The real edges of a forest, by feature.</summary>
    public static SortedDictionary<int, SortedSet<float>> Real(TreeEnsembleHead head)
    {
        var real = new SortedDictionary<int, SortedSet<float>>();
        foreach (TreeNode node in head.Trees.SelectMany(tree => tree.Nodes))
        {
            if (!real.TryGetValue(node.Feature, out SortedSet<float>? edges))
            {
                real[node.Feature] = edges = [];
            }

            edges.Add(node.Threshold);
        }

        return real;
    }

    /// <summary>Real edges and decoys.</summary>
    /// <param name="head">The forest.</param>
    /// <param name="rows">Reference rows.</param>
    /// <param name="bits">n, at least as many as real edges.</param>
    /// <param name="random">Draws the decoys.</param>
    public static ForestEdges Create(TreeEnsembleHead head, ReferenceRows rows, int bits, IRandomSource random)
    {
        SortedDictionary<int, SortedSet<float>> real = Real(head);
        var all = Enumerable.Range(0, head.FeatureCount).ToDictionary(feature => feature, feature => real.TryGetValue(feature, out SortedSet<float>? own) ? new SortedSet<float>(own) : []);
        var gaps = new List<(int Feature, float From, float To)>();
        var places = new List<double>();
        for (int feature = 0; feature < head.FeatureCount; feature++)
        {
            float[] values = [.. Values(rows, feature)];
            for (int i = 1; i < values.Length; i++)
            {
                float[] inside = [.. all[feature].Where(edge => edge >= values[i - 1] && edge < values[i])];
                places.AddRange(inside.Select(edge => (edge - (double)values[i - 1]) / ((double)values[i] - values[i - 1])));
                if (inside.Length == 0)
                {
                    gaps.Add((feature, values[i - 1], values[i]));
                }
            }
        }

        int left = bits - all.Values.Sum(edges => edges.Count);
        while (left > 0 && gaps.Count > 0)
        {
            int at = Draw(random, gaps.Count);
            (int feature, float from, float to) = gaps[at];
            gaps.RemoveAt(at);
            double place = places.Count == 0 ? 0.5 : places[Draw(random, places.Count)];
            float decoy = (float)(from + (place * ((double)to - from)));
            left -= decoy >= from && decoy < to && all[feature].Add(decoy) ? 1 : 0;
        }

        return new ForestEdges(
            [.. all.Where(own => own.Value.Count > 0).OrderBy(own => own.Key).Select(own => new FeatureEdges(own.Key, [.. own.Value], Side(head, own.Key)))], bits);
    }

    private static MissingSide Side(TreeEnsembleHead head, int feature)
    {
        bool[] first = [.. head.Trees.SelectMany(tree => tree.Nodes).Where(node => node.Feature == feature).Select(node => node.MissingTakesFirst).Distinct()];

        // A feature with decoys alone does not care.
        return first.Length switch { 0 => MissingSide.Above, 1 => first[0] ? MissingSide.Below : MissingSide.Above, _ => MissingSide.Refused };
    }

    private static SortedSet<float> Values(ReferenceRows rows, int feature)
    {
        var values = new SortedSet<float>();
        for (int row = 0; row < rows.Count; row++)
        {
            float value = rows.Row(row)[feature];
            if (float.IsFinite(value))
            {
                values.Add(value);
            }
        }

        return values;
    }

    // Uniform below a small number: the bias of 64 bits modulo it is of no account.
    private static int Draw(IRandomSource random, int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(bytes) % (ulong)count);
    }
}
