using System.Buffers.Binary;
using Org.BouncyCastle.Crypto.Digests;

namespace Subnet.Core.Consensus;

/// <summary>
/// What a validator commits to before it reveals its weights: BLAKE2b-256 of the SCALE encoding of account, storage index, uids,
/// values, salt and version key (<c>design/yuma.md</c> 5.1).
/// </summary>
/// <remarks>
/// The weights are hidden only as well as the salt is unpredictable: there are few plausible weight rows, so a short or repeated salt
/// lets a weight copier guess the row before the reveal.
/// </remarks>
public static class CommitHash
{
    /// <summary>Bytes of a hotkey's account and of the hash.</summary>
    public const int Size = 32;

    /// <summary>The hash.</summary>
    /// <param name="hotkey">The account, 32 bytes.</param>
    /// <param name="storageIndex"><c>netuid + 4096 * mecid</c>.</param>
    /// <param name="uids">The uids of the row, in the order to be revealed.</param>
    /// <param name="values">Their weights.</param>
    /// <param name="salt">16-bit words nobody else knows.</param>
    /// <param name="versionKey">The weights version.</param>
    /// <exception cref="ArgumentException">The hotkey is not 32 bytes.</exception>
    public static byte[] Compute(
        ReadOnlySpan<byte> hotkey,
        ushort storageIndex,
        ReadOnlySpan<ushort> uids,
        ReadOnlySpan<ushort> values,
        ReadOnlySpan<ushort> salt,
        ulong versionKey)
    {
        if (hotkey.Length != Size)
        {
            throw new ArgumentException("a hotkey's account has 32 bytes", nameof(hotkey));
        }

        byte[] encoded = new byte[Size + 2 + EncodedLength(uids) + EncodedLength(values) + EncodedLength(salt) + 8];
        Span<byte> rest = encoded;
        hotkey.CopyTo(rest);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[Size..], storageIndex);
        rest = rest[(Size + 2)..];
        Write(ref rest, uids);
        Write(ref rest, values);
        Write(ref rest, salt);
        BinaryPrimitives.WriteUInt64LittleEndian(rest, versionKey);

        Blake2bDigest digest = new(8 * Size);
        digest.BlockUpdate(encoded, 0, encoded.Length);
        byte[] hash = new byte[Size];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private static int EncodedLength(ReadOnlySpan<ushort> items) => PrefixLength(items.Length) + (2 * items.Length);

    /// <summary>SCALE's compact integers: the low two bits give the form.</summary>
    private static int PrefixLength(int count) => count < 1 << 6 ? 1 : count < 1 << 14 ? 2 : 4;

    private static void Write(ref Span<byte> target, ReadOnlySpan<ushort> items)
    {
        uint shifted = (uint)items.Length << 2;
        int prefix = PrefixLength(items.Length);
        switch (prefix)
        {
            case 1:
                target[0] = (byte)shifted;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)(shifted | 1));
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(target, shifted | 2);
                break;
        }

        target = target[prefix..];
        foreach (ushort item in items)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(target, item);
            target = target[2..];
        }
    }
}
