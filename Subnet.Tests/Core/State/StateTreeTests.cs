using System.Security.Cryptography;
using Subnet.Core.State;

namespace Subnet.Tests.Core.State;

[TestFixture]
internal sealed class StateTreeTests
{
    [Test]
    public void Root_after_random_changes_is_the_root_of_the_leaves_that_remain()
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        StateTree tree = new(sha256);
        Random random = new(1);
        SortedDictionary<Hash256, (StateTree.Node Node, Hash256 Leaf)> model = [];
        for (int step = 0; step < 3_000; step++)
        {
            // Few distinct keys with long common prefixes, so that splits and merges happen deep in the tree.
            byte[] bytes = new byte[32];
            bytes[0] = (byte)random.Next(4);
            bytes[31] = (byte)random.Next(8);
            Hash256 key = new(bytes);
            Hash256 leaf = tree.LeafHash(key, BitConverter.GetBytes(random.Next()));
            if (!model.TryGetValue(key, out (StateTree.Node Node, Hash256 Leaf) existing))
            {
                model[key] = (tree.Add(key, leaf), leaf);
            }
            else if (random.Next(2) == 0)
            {
                StateTree.Update(existing.Node, leaf);
                model[key] = (existing.Node, leaf);
            }
            else
            {
                tree.Remove(existing.Node);
                model.Remove(key);
            }

            if (step % 7 == 0)
            {
                Assert.That(tree.Root, Is.EqualTo(Naive([.. model.Select(static m => (m.Key.ToArray(), m.Value.Leaf))], 0)), $"step {step}");
                Assert.That(tree.Count, Is.EqualTo(model.Count));
            }
        }
    }

    [Test]
    public void Root_of_an_empty_tree_is_zero_and_of_one_leaf_is_the_leaf()
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        StateTree tree = new(sha256);
        Assert.That(tree.Root.IsZero);
        Hash256 key = Hash256.Of("key"u8);
        Hash256 leaf = tree.LeafHash(key, "value"u8);
        byte[] expected = [0, .. key.ToArray(), .. "value"u8];
        Assert.That(leaf, Is.EqualTo(Hash256.Of(expected)));
        StateTree.Node node = tree.Add(key, leaf);
        Assert.That(tree.Root, Is.EqualTo(leaf));
        tree.Remove(node);
        Assert.That(tree.Root.IsZero);
    }

    private static Hash256 Naive(List<(byte[] Key, Hash256 Leaf)> leaves, int depth)
    {
        if (leaves.Count < 2)
        {
            return leaves.Count == 0 ? default : leaves[0].Leaf;
        }

        List<(byte[], Hash256)> left = [];
        List<(byte[], Hash256)> right = [];
        foreach ((byte[] Key, Hash256 Leaf) leaf in leaves)
        {
            ((leaf.Key[depth / 8] >> (7 - (depth % 8)) & 1) == 0 ? left : right).Add(leaf);
        }

        byte[] node = [1, .. Naive(left, depth + 1).ToArray(), .. Naive(right, depth + 1).ToArray()];
        return Hash256.Of(node);
    }
}
