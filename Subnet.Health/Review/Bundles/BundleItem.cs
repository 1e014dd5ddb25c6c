using System.Text;
using Subnet.Crypto.Transparency;

namespace Subnet.Health.Review.Bundles;

/// <summary>One place of a bundle: the entry's text, or only its leaf hash where the entry is withheld.</summary>
internal sealed class BundleItem
{
    private BundleItem(string? entry, TreeHash leaf)
    {
        Entry = entry;
        Leaf = leaf;
    }

    /// <summary>The canonical text, or null if withheld.</summary>
    public string? Entry { get; }

    /// <summary>The entry's hash in the tree.</summary>
    public TreeHash Leaf { get; }

    public static BundleItem Disclosed(string entry) => new(entry, TreeHash.OfLeaf(Encoding.UTF8.GetBytes(entry)));

    public static BundleItem Withheld(TreeHash leaf) => new(null, leaf);
}
