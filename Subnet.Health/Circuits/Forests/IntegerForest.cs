using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits.Forests;

/// <summary>A forest over bits with integer leaves: what is evaluated under encryption, and its plain reference. Private.</summary>
/// <param name="Trees">Branches by the number of a bit.</param>
/// <param name="Constant">Added to every answer.</param>
internal sealed record IntegerForest(ImmutableArray<BatchTree> Trees, long Constant)
{
    private static ReadOnlySpan<byte> CommitmentDomain => "subnet-model/1\n"u8;

    /// <summary>The deepest tree.</summary>
    public int Depth => Trees.Max(tree => tree.Depth);

    /// <summary>Number of leaves.</summary>
    public int LeafCount => Trees.Sum(Leaves);

    /// <summary>Number of leaves of one tree.</summary>
    public int LeavesOf(int tree) => Leaves(Trees[tree]);

    /// <summary>The largest absolute answer.</summary>
    public long Bound
    {
        get
        {
            (long lowest, long highest) = (Constant, Constant);
            foreach (BatchTree tree in Trees)
            {
                (long least, long most) = Range(tree);
                lowest += least;
                highest += most;
            }

            return Math.Max(-lowest, highest);
        }
    }

    /// <summary>Puts a forest into integers.</summary>
    /// <param name="head">Trees with one score that compare with thresholds.</param>
    /// <param name="edges">Public edges, the thresholds among them.</param>
    /// <param name="scale">Units of the answer for 1 of the score.</param>
    public static IntegerForest Of(TreeEnsembleHead head, ForestEdges edges, double scale)
    {
        double share = head.Aggregate == TreeAggregate.Average ? 1.0 / head.Trees.Length : 1;
        return new IntegerForest(
            [.. head.Trees.Select(tree => Convert(tree, tree.Nodes.IsEmpty ? ~0 : 0, edges, scale * share))], (long)Math.Round(head.BaseValues[0] * scale));
    }

    /// <summary>The integer model's own answer: what decryption must give, always.</summary>
    public long Evaluate(ReadOnlySpan<byte> bits)
    {
        long answer = Constant;
        foreach (BatchTree tree in Trees)
        {
            BatchTree at = tree;
            while (at is BatchTree.Node node)
            {
                at = bits[node.Bit] == 0 ? node.Zero : node.One;
            }

            answer += ((BatchTree.Leaf)at).Value;
        }

        return answer;
    }

    /// <summary>The leaves as boxes; leaves that no row reaches are left out.</summary>
    /// <param name="featureOf">The feature of each bit.</param>
    public IEnumerable<MismatchLeaf> ToBoxes(IReadOnlyList<int> featureOf) => Trees.SelectMany(tree => Boxes(tree, [], featureOf));

    /// <summary>The canonical bytes: be64 constant || be32 trees || each in preorder, 0 || be64 value for a leaf, 1 || be32 bit for a node.</summary>
    public byte[] ToCanonical()
    {
        using var bytes = new MemoryStream();
        Write(bytes, Constant);
        Span<byte> count = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(count, Trees.Length);
        bytes.Write(count);
        foreach (BatchTree tree in Trees)
        {
            Write(bytes, tree);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads canonical bytes; null for others.</summary>
    public static IntegerForest? FromCanonical(ReadOnlySpan<byte> bytes)
    {
        const int LeastTree = 1 + sizeof(long);
        const int HeaderBytes = sizeof(long) + sizeof(int);
        if (bytes.Length < HeaderBytes)
        {
            return null;
        }

        long constant = BinaryPrimitives.ReadInt64BigEndian(bytes);
        int count = BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]);
        bytes = bytes[HeaderBytes..];
        if (count < 1 || count > bytes.Length / LeastTree)
        {
            return null;
        }

        var trees = ImmutableArray.CreateBuilder<BatchTree>(count);
        for (int i = 0; i < count; i++)
        {
            if (Read(ref bytes, 0) is not { } tree)
            {
                return null;
            }

            trees.Add(tree);
        }

        return bytes.IsEmpty ? new IntegerForest(trees.ToImmutable(), constant) : null;
    }

    /// <summary>H("subnet-model/1" LF || salt 32 || canonical integer model): what is registered of a private forest (protocol 4).</summary>
    public static byte[] Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> canonical) => SHA256.HashData([.. CommitmentDomain, .. salt, .. canonical]);

    private static int Leaves(BatchTree tree) => tree is BatchTree.Node node ? Leaves(node.Zero) + Leaves(node.One) : 1;

    private static (long Least, long Most) Range(BatchTree tree)
    {
        if (tree is BatchTree.Leaf leaf)
        {
            return (leaf.Value, leaf.Value);
        }

        var node = (BatchTree.Node)tree;
        (long a, long b) = Range(node.Zero);
        (long c, long d) = Range(node.One);
        return (Math.Min(a, c), Math.Max(b, d));
    }

    private static BatchTree Convert(DecisionTree tree, int at, ForestEdges edges, double scale) => at < 0
        ? new BatchTree.Leaf((long)Math.Round(tree.LeafWeights[~at] * scale))
        : new BatchTree.Node(
            edges.BitOf(tree.Nodes[at].Feature, tree.Nodes[at].Threshold),
            Convert(tree, tree.Nodes[at].First, edges, scale),
            Convert(tree, tree.Nodes[at].Second, edges, scale));

    // Of each feature the highest lower end and the lowest upper end count: bits of one feature are numbered by ascending edge.
    private static IEnumerable<MismatchLeaf> Boxes(BatchTree tree, ImmutableDictionary<int, (int Low, int High)> path, IReadOnlyList<int> featureOf)
    {
        if (tree is BatchTree.Leaf leaf)
        {
            (int Low, int High)[] ends = [.. path.Values];
            if (ends.All(end => end.Low < 0 || end.High < 0 || end.Low < end.High))
            {
                yield return new MismatchLeaf(
                    ends.Count(end => end.Low >= 0),
                    [.. ends.Where(end => end.High >= 0).Select(end => end.High)],
                    [.. ends.Where(end => end.Low >= 0).Select(end => end.Low)],
                    leaf.Value);
            }

            yield break;
        }

        var node = (BatchTree.Node)tree;
        int feature = featureOf[node.Bit];
        (int low, int high) = path.GetValueOrDefault(feature, (-1, -1));
        foreach (MismatchLeaf box in Boxes(node.Zero, path.SetItem(feature, (low, high < 0 ? node.Bit : Math.Min(high, node.Bit))), featureOf))
        {
            yield return box;
        }

        foreach (MismatchLeaf box in Boxes(node.One, path.SetItem(feature, (Math.Max(low, node.Bit), high)), featureOf))
        {
            yield return box;
        }
    }

    private static void Write(MemoryStream bytes, BatchTree tree)
    {
        if (tree is BatchTree.Leaf leaf)
        {
            bytes.WriteByte(0);
            Write(bytes, leaf.Value);
            return;
        }

        var node = (BatchTree.Node)tree;
        Span<byte> bit = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bit, node.Bit);
        bytes.WriteByte(1);
        bytes.Write(bit);
        Write(bytes, node.Zero);
        Write(bytes, node.One);
    }

    private static void Write(MemoryStream bytes, long value)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(number, value);
        bytes.Write(number);
    }

    private static BatchTree? Read(ref ReadOnlySpan<byte> bytes, int depth)
    {
        const int MaxDepth = 64;
        if (bytes.Length < 1 + sizeof(int) || depth > MaxDepth)
        {
            return null;
        }

        byte kind = bytes[0];
        bytes = bytes[1..];
        if (kind == 0 && bytes.Length >= sizeof(long))
        {
            var leaf = new BatchTree.Leaf(BinaryPrimitives.ReadInt64BigEndian(bytes));
            bytes = bytes[sizeof(long)..];
            return leaf;
        }

        if (kind != 1)
        {
            return null;
        }

        int bit = BinaryPrimitives.ReadInt32BigEndian(bytes);
        bytes = bytes[sizeof(int)..];
        return bit >= 0 && Read(ref bytes, depth + 1) is { } zero && Read(ref bytes, depth + 1) is { } one ? new BatchTree.Node(bit, zero, one) : null;
    }
}
