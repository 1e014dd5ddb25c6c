using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Subnet.Crypto.Proofs;

/// <summary>A validator's plan of an epoch's audits, logged as one root before the epoch, so that audits cannot be picked afterwards.</summary>
public static class AuditPlan
{
    /// <summary>H("subnet-audit-leaf/1" LF || miner || card || master || phi hash).</summary>
    /// <exception cref="ArgumentException">A part that has not 32 bytes.</exception>
    public static byte[] Leaf(ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card, ReadOnlySpan<byte> master, ReadOnlySpan<byte> featuresHash)
    {
        if (miner.Length != 32 || card.Length != 32 || master.Length != 32 || featuresHash.Length != 32)
        {
            throw new ArgumentException("miner, card, master and phi hash have 32 bytes each");
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("subnet-audit-leaf/1\n"u8);
        hash.AppendData(miner);
        hash.AppendData(card);
        hash.AppendData(master);
        hash.AppendData(featuresHash);
        return hash.GetHashAndReset();
    }

    /// <summary>
    /// The leaf of a query under uploaded keys: H("subnet-audit-leaf-keys/1" LF || leaf of the query without keys || master of the keys). protocol 4 knows one master
    /// only; bytes of such a query follow from two.
    /// </summary>
    /// <exception cref="ArgumentException">A part that has not 32 bytes.</exception>
    public static byte[] LeafUnderKeys(
        ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> master, ReadOnlySpan<byte> featuresHash)
    {
        if (keys.Length != 32)
        {
            throw new ArgumentException("the master of keys has 32 bytes", nameof(keys));
        }

        return SHA256.HashData([.. "subnet-audit-leaf-keys/1\n"u8, .. Leaf(miner, card, master, featuresHash), .. keys]);
    }

    /// <summary>H("subnet-audit-plan/1" LF || be32 count || leaves sorted by their bytes).</summary>
    /// <exception cref="ArgumentException">A leaf that has not 32 bytes, or two equal ones.</exception>
    public static byte[] Root(IEnumerable<byte[]> leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        byte[][] sorted = [.. leaves];
        Array.Sort(sorted, (a, b) => a.AsSpan().SequenceCompareTo(b));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> count = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(count, (uint)sorted.Length);
        hash.AppendData("subnet-audit-plan/1\n"u8);
        hash.AppendData(count);
        for (int i = 0; i < sorted.Length; i++)
        {
            if (sorted[i].Length != 32)
            {
                throw new ArgumentException($"a leaf has 32 bytes, not {sorted[i].Length}", nameof(leaves));
            }

            if (i > 0 && sorted[i].AsSpan().SequenceEqual(sorted[i - 1]))
            {
                throw new ArgumentException("two leaves are equal: an audit is planned once", nameof(leaves));
            }

            hash.AppendData(sorted[i]);
        }

        return hash.GetHashAndReset();
    }
}
