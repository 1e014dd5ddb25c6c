using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Tests.Crypto.Transparency;

[TestFixture]
internal sealed class MerkleTreeTests
{
    private const int Largest = 70;

    [Test]
    public void Every_inclusion_proof_of_small_trees_verifies_and_no_other_place_or_size_does()
    {
        MemoryTree tree = Grow(Largest);
        for (int size = 1; size <= Largest; size++)
        {
            TreeHash root = MerkleTree.Root(tree, size);
            for (int index = 0; index < size; index++)
            {
                TreeHash[] proof = InclusionProof.Build(tree, index, size);
                Assert.That(InclusionProof.Verify(index, size, Leaf(index), proof, root));
                Assert.That(InclusionProof.Verify(index, size, Leaf(index + 1), proof, root), Is.False);
                Assert.That(size == 1 || !InclusionProof.Verify((index + 1) % size, size, Leaf(index), proof, root));
                Assert.That(InclusionProof.Verify(index, size, Leaf(index), [.. proof, root], root), Is.False);
                Assert.That(proof.Length == 0 || !InclusionProof.Verify(index, size, Leaf(index), proof.AsSpan(1), root));
            }
        }
    }

    [Test]
    public void Every_consistency_proof_of_small_trees_verifies_and_none_leads_from_another_root()
    {
        MemoryTree tree = Grow(Largest);
        for (int size2 = 0; size2 <= Largest; size2++)
        {
            for (int size1 = 0; size1 <= size2; size1++)
            {
                TreeHash[] proof = ConsistencyProof.Build(tree, size1, size2);
                Assert.That(ConsistencyProof.Verify(size1, size2, proof, MerkleTree.Root(tree, size1), MerkleTree.Root(tree, size2)));
                Assert.That(ConsistencyProof.Verify(size1, size2, proof, Leaf(99), MerkleTree.Root(tree, size2)), Is.False);
                Assert.That(size1 == 0 || !ConsistencyProof.Verify(size1, size2, proof, MerkleTree.Root(tree, size1), Leaf(99)));
            }
        }
    }

    [Test]
    public void Every_range_proof_of_small_trees_verifies_and_shows_what_was_left_out()
    {
        MemoryTree tree = Grow(33);
        TreeHash[] leaves = [.. Enumerable.Range(0, 33).Select(Leaf)];
        for (int lo = 0; lo < 33; lo++)
        {
            for (int hi = lo + 1; hi <= 33; hi++)
            {
                TreeHash[] proof = RangeProof.Build(tree, lo, hi, 33);
                TreeHash root = MerkleTree.Root(tree, 33);
                Assert.That(RangeProof.Verify(33, lo, leaves.AsSpan(lo, hi - lo), proof, root));
                Assert.That(RangeProof.Verify(33, lo, leaves.AsSpan(lo, hi - lo - 1), proof, root), Is.False);
                Assert.That(RangeProof.Verify(33, lo, leaves.AsSpan(lo, hi - lo), [.. proof, root], root), Is.False);
            }
        }
    }

    [Test]
    public void Sizes_near_the_limit_neither_overflow_nor_hang()
    {
        TreeHash[] proof = [.. Enumerable.Range(0, 63).Select(Leaf)];
        Assert.That(InclusionProof.Verify(long.MaxValue - 1, long.MaxValue, Leaf(0), proof, Leaf(1)), Is.False);
        Assert.That(ConsistencyProof.Verify(long.MaxValue - 1, long.MaxValue, proof, Leaf(0), Leaf(1)), Is.False);
        Assert.That(RangeProof.Verify(long.MaxValue, long.MaxValue - 2, [Leaf(0), Leaf(1)], proof, Leaf(1)), Is.False);
        Assert.That(RangeProof.Verify(1, long.MaxValue, [Leaf(0)], proof, Leaf(1)), Is.False);
        Assert.That(InclusionProof.Verify(-1, 1, Leaf(0), [], Leaf(0)), Is.False);
    }

    [Test]
    public void Frontier_has_the_root_of_the_tree_at_every_size_and_is_stored_and_read_back()
    {
        MemoryTree tree = new();
        TreeFrontier frontier = new();
        for (int i = 0; i < 600; i++)
        {
            Assert.That(frontier.Root(), Is.EqualTo(MerkleTree.Root(tree, i)));
            frontier = new TreeFrontier(frontier.Size, frontier.Edge());
            frontier.Append(Leaf(i));
            tree.Append(Leaf(i));
        }

        Assert.That(() => new TreeFrontier(5, [Leaf(0)]), Throws.InstanceOf<TransparencyException>());
    }

    [Test]
    public void Tree_read_from_tiles_is_the_tree_in_memory_also_where_partial_tiles_are_gone()
    {
        const int Size = 70_000;
        MemoryTree memory = Grow(Size);
        foreach (bool onlyFull in (bool[])[false, true])
        {
            TileTree tiles = new(new MemoryTiles(memory, onlyFull ? 66_000 : Size, Size), onlyFull ? 66_000 : Size);
            Assert.That(MerkleTree.Root(tiles, tiles.Size), Is.EqualTo(MerkleTree.Root(memory, tiles.Size)));
            foreach (long index in (long[])[0, 255, 256, 65_535, 65_536, tiles.Size - 1])
            {
                Assert.That(InclusionProof.Build(tiles, index, tiles.Size), Is.EqualTo(InclusionProof.Build(memory, index, tiles.Size)));
            }
        }
    }

    private static TreeHash Leaf(int i) => TreeHash.OfLeaf(BitConverter.GetBytes(i));

    private static MemoryTree Grow(int size)
    {
        MemoryTree tree = new();
        for (int i = 0; i < size; i++)
        {
            tree.Append(Leaf(i));
        }

        return tree;
    }

    /// <summary>Tiles of a tree that has grown from the size asked about; partial ones of that size are answered by what is there now.</summary>
    private sealed class MemoryTiles(MemoryTree tree, long askedSize, long size) : ITileSource
    {
        public byte[]? Read(TileId tile)
        {
            Assert.That(tile, Is.EqualTo(TileLayout.At(tile.Level, tile.Index, askedSize)), "only tiles of the tree are asked for");
            TileId now = TileLayout.At(tile.Level, tile.Index, size);
            return [.. Enumerable.Range(0, now.Width).SelectMany(i => tree.Node(tile.Level * 8, (tile.Index * 256) + i).ToArray())];
        }
    }
}
