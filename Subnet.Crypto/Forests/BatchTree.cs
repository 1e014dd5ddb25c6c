namespace Subnet.Crypto.Forests;

/// <summary>A tree over encrypted bits. Private.</summary>
public abstract record BatchTree
{
    /// <summary>A leaf.</summary>
    /// <param name="Value">What it adds to the answer.</param>
    public sealed record Leaf(long Value) : BatchTree;

    /// <summary>A node: where the bit is 1 the second branch is taken.</summary>
    /// <param name="Bit">Number of the bit.</param>
    /// <param name="Zero">The branch for 0.</param>
    /// <param name="One">The branch for 1.</param>
    public sealed record Node(int Bit, BatchTree Zero, BatchTree One) : BatchTree;

    /// <summary>The number of bits asked for on the longest path.</summary>
    public int Depth => this is Node node ? 1 + Math.Max(node.Zero.Depth, node.One.Depth) : 0;
}
