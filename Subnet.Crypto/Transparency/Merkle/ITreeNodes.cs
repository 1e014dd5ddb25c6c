namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>Where the hashes of complete subtrees come from: memory, tile files, or tiles of another host.</summary>
public interface ITreeNodes
{
    /// <summary>Entries for which there are hashes.</summary>
    long Size { get; }

    /// <summary>
    /// The hash of the complete subtree over entries [<paramref name="index"/> * 2^<paramref name="height"/>, + 2^height), all of which
    /// are below <see cref="Size"/>.
    /// </summary>
    TreeHash Node(int height, long index);
}
