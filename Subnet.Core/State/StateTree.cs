using System.Security.Cryptography;

namespace Subnet.Core.State;

/// <summary>
/// A binary Merkle tree over 256 bit keys in which a subtree of one leaf is that leaf, so its depth is logarithmic in the number of
/// leaves and its shape depends on the keys alone, not on the order of changes. Changes only mark the path above them; <see cref="Root"/>
/// recomputes the marked nodes, each once, however many changes a block made below it.
/// </summary>
/// <remarks>
/// leaf = H(0x00 || key || value), node = H(0x01 || left || right), empty = 32 zero bytes, H = SHA-256. The first byte keeps
/// leaves and nodes apart (RFC 6962 section 2.1). Keys are themselves hashes, so nobody can make the tree deep cheaply.
/// </remarks>
internal sealed class StateTree
{
    private readonly IncrementalHash _hash;
    private readonly byte[] _scratch = new byte[65];
    private Node? _root;

    /// <summary>An empty tree that borrows a SHA-256.</summary>
    public StateTree(IncrementalHash sha256) => _hash = sha256;

    /// <summary>Number of leaves.</summary>
    public int Count { get; private set; }

    /// <summary>The root after all changes so far; zero for an empty tree.</summary>
    public Hash256 Root
    {
        get
        {
            if (_root is { Dirty: true })
            {
                Recompute(_root);
            }

            return _root?.Hash ?? default;
        }
    }

    /// <summary>The leaf hash of a value under a key.</summary>
    public Hash256 LeafHash(in Hash256 key, ReadOnlySpan<byte> value)
    {
        _scratch[0] = 0;
        key.CopyTo(_scratch.AsSpan(1));
        _hash.AppendData(_scratch, 0, 33);
        _hash.AppendData(value);
        return Finish();
    }

    /// <summary>Adds a leaf that is not there yet.</summary>
    public Node Add(in Hash256 key, in Hash256 leafHash)
    {
        Node leaf = new() { Key = key.ToArray(), Hash = leafHash };
        Count++;
        if (_root is null)
        {
            _root = leaf;
            return leaf;
        }

        Node at = _root;
        int depth = 0;
        while (!at.IsLeaf)
        {
            Node? next = Bit(leaf.Key, depth) ? at.Right : at.Left;
            depth++;
            if (next is null)
            {
                Attach(at, leaf, depth - 1);
                MarkAbove(leaf);
                return leaf;
            }

            at = next;
        }

        // The place is taken by another leaf: push both down to the first bit in which they differ.
        Node? parent = at.Parent;
        Node top = new();
        Node branch = top;
        int bit = depth;
        while (Bit(at.Key!, bit) == Bit(leaf.Key, bit))
        {
            Node deeper = new();
            Attach(branch, deeper, Bit(leaf.Key, bit));
            branch = deeper;
            bit++;
        }

        if (parent is null)
        {
            _root = top;
        }
        else
        {
            Attach(parent, top, depth - 1, leaf.Key);
        }

        Attach(branch, at, bit);
        Attach(branch, leaf, bit);
        for (Node? node = branch; node is not null && !node.Dirty; node = node.Parent)
        {
            node.Dirty = true;
        }

        return leaf;
    }

    /// <summary>Replaces the hash of a leaf.</summary>
    public static void Update(Node leaf, in Hash256 leafHash)
    {
        leaf.Hash = leafHash;
        MarkAbove(leaf);
    }

    /// <summary>Takes a leaf out.</summary>
    public void Remove(Node leaf)
    {
        Count--;
        MarkAbove(leaf);
        Node? parent = leaf.Parent;
        if (parent is null)
        {
            _root = null;
            return;
        }

        Detach(parent, leaf);

        // A node left with a single leaf below it is replaced by that leaf, all the way up.
        while (parent is not null)
        {
            Node? only = parent.Left is null ? parent.Right : parent.Right is null ? parent.Left : null;
            if (only is not { IsLeaf: true })
            {
                return;
            }

            Node? above = parent.Parent;
            only.Parent = above;
            if (above is null)
            {
                _root = only;
            }
            else if (ReferenceEquals(above.Left, parent))
            {
                above.Left = only;
            }
            else
            {
                above.Right = only;
            }

            parent = above;
        }
    }

    private static bool Bit(byte[] key, int index) => (key[index >> 3] >> (7 - (index & 7)) & 1) != 0;

    private static void MarkAbove(Node leaf)
    {
        for (Node? node = leaf.Parent; node is not null && !node.Dirty; node = node.Parent)
        {
            node.Dirty = true;
        }
    }

    private static void Attach(Node parent, Node child, int depth) => Attach(parent, child, Bit(child.Key!, depth));

    private static void Attach(Node parent, Node child, int depth, byte[] key) => Attach(parent, child, Bit(key, depth));

    private static void Attach(Node parent, Node child, bool right)
    {
        if (right)
        {
            parent.Right = child;
        }
        else
        {
            parent.Left = child;
        }

        child.Parent = parent;
    }

    private static void Detach(Node parent, Node child)
    {
        if (ReferenceEquals(parent.Left, child))
        {
            parent.Left = null;
        }
        else
        {
            parent.Right = null;
        }
    }

    private void Recompute(Node node)
    {
        if (node.Left is { Dirty: true } left)
        {
            Recompute(left);
        }

        if (node.Right is { Dirty: true } right)
        {
            Recompute(right);
        }

        _scratch[0] = 1;
        (node.Left?.Hash ?? default).CopyTo(_scratch.AsSpan(1));
        (node.Right?.Hash ?? default).CopyTo(_scratch.AsSpan(33));
        _hash.AppendData(_scratch);
        node.Hash = Finish();
        node.Dirty = false;
    }

    private Hash256 Finish()
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        _hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }

    /// <summary>A leaf (with a key) or an inner node.</summary>
    internal sealed class Node
    {
        public byte[]? Key { get; init; }

        public Hash256 Hash { get; set; }

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public Node? Parent { get; set; }

        public bool Dirty { get; set; }

        public bool IsLeaf => Key is not null;
    }
}
