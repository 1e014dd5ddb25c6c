using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>The public vector X of a linear proof, n K scalars: the random combination of all audit rows. Immutable.</summary>
public sealed class LinearForm
{
    private readonly Scalar[] entries;

    internal LinearForm(Scalar[] entries)
    {
        this.entries = entries;
        Hash = ComputeHash(entries);
    }

    /// <summary>n K.</summary>
    public int Count => entries.Length;

    /// <summary>H("subnet-form/1" LF || be32 n K || X).</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    internal ReadOnlySpan<Scalar> Entries => entries;

    /// <summary>The entries, 32 bytes each, big-endian.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Scalar.ByteCount * entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i].Write(bytes.AsSpan(Scalar.ByteCount * i));
        }

        return bytes;
    }

    private static byte[] ComputeHash(Scalar[] entries)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Scalar.ByteCount];
        BinaryPrimitives.WriteInt32BigEndian(bytes, entries.Length);
        hash.AppendData("subnet-form/1\n"u8);
        hash.AppendData(bytes[..sizeof(int)]);
        foreach (Scalar entry in entries)
        {
            entry.Write(bytes);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
