using System.Numerics;
using System.Security.Cryptography;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>The tree hash of RFC 6962 section 2.1 over a list of byte strings.</summary>
internal static class MerkleRoot
{
    /// <summary>Root of all leaves; SHA-256 of nothing for none.</summary>
    public static Hash256 Of(IReadOnlyList<ReadOnlyMemory<byte>> leaves)
    {
        if (leaves.Count == 0)
        {
            return Hash256.Of([]);
        }

        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return Of(leaves, 0, leaves.Count, sha256);
    }

    private static Hash256 Of(IReadOnlyList<ReadOnlyMemory<byte>> leaves, int start, int count, IncrementalHash sha256)
    {
        Span<byte> digest = stackalloc byte[65];
        if (count == 1)
        {
            digest[0] = 0;
            sha256.AppendData(digest[..1]);
            sha256.AppendData(leaves[start].Span);
        }
        else
        {
            int left = 1 << BitOperations.Log2((uint)count - 1);
            Hash256 first = Of(leaves, start, left, sha256);
            Hash256 rest = Of(leaves, start + left, count - left, sha256);
            digest[0] = 1;
            first.CopyTo(digest[1..]);
            rest.CopyTo(digest[33..]);
            sha256.AppendData(digest);
        }

        sha256.GetHashAndReset(digest[..Hash256.Size]);
        return new Hash256(digest[..Hash256.Size]);
    }
}
