namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>A tree whose complete subtrees are all in memory, about 64 bytes an entry. Not safe for concurrent change.</summary>
public sealed class MemoryTree : ITreeNodes
{
    private readonly List<List<TreeHash>> levels = [[]];

    /// <inheritdoc/>
    public long Size => levels[0].Count;

    /// <summary>Appends a leaf hash.</summary>
    public void Append(TreeHash leaf)
    {
        levels[0].Add(leaf);
        for (int height = 0; levels[height].Count % 2 == 0; height++)
        {
            if (levels.Count == height + 1)
            {
                levels.Add([]);
            }

            List<TreeHash> level = levels[height];
            levels[height + 1].Add(TreeHash.OfNode(level[^2], level[^1]));
        }
    }

    /// <inheritdoc/>
    public TreeHash Node(int height, long index) => levels[height][checked((int)index)];
}
