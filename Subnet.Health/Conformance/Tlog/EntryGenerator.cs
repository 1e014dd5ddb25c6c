using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>The entry sequences that vector files name: <c>dec</c>, and <c>var:S</c> with a seed text.</summary>
internal sealed class EntryGenerator
{
    private readonly byte[]? seed;
    private readonly MemoryTree tree = new();

    public EntryGenerator(string name)
    {
        if (name.StartsWith("var:", StringComparison.Ordinal))
        {
            seed = Encoding.ASCII.GetBytes(name[4..]);
        }
        else if (name != "dec")
        {
            throw new TlogCaseException($"the entry generator '{name}' is unknown");
        }
    }

    /// <summary>Entry i.</summary>
    public byte[] Entry(long i)
    {
        if (seed is null)
        {
            return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"leaf {i}"));
        }

        byte[] input = [.. seed, .. new byte[8]];
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(seed.Length), i);
        return SHA256.HashData(input)[..(int)(i % 33)];
    }

    /// <summary>The tree over at least the first <paramref name="size"/> entries; kept and extended from call to call.</summary>
    public MemoryTree Tree(long size)
    {
        if (size is < 0 or > 10_000_000)
        {
            throw new TlogCaseException($"a generated tree of {size} entries is too large to replay");
        }

        while (tree.Size < size)
        {
            tree.Append(TreeHash.OfLeaf(Entry(tree.Size)));
        }

        return tree;
    }
}
