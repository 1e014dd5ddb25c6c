using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// The bytes of a keyless query (parameters 4): first line, card, set, tb, R, K, n, the two public seeds, then c0 and p0 packed. Set 4
/// has neither the second seed nor p0. With several ciphertexts the seeds of the others follow the first two, and their c0 the first.
/// </summary>
public static class KeylessQuery
{
    /// <summary>Bytes of a card hash and of a request hash.</summary>
    public const int DigestBytes = 32;

    private const int CardOffset = 15;
    private const int SetOffset = CardOffset + DigestBytes;
    private const int PlainBitsOffset = SetOffset + 1;
    private const int RowsOffset = PlainBitsOffset + 1;
    private const int ClassesOffset = RowsOffset + sizeof(ushort);
    private const int FeaturesOffset = ClassesOffset + sizeof(ushort);
    private const int SeedsOffset = FeaturesOffset + sizeof(uint);

    private static ReadOnlySpan<byte> FirstLine => "subnet-query/1\n"u8;

    /// <summary>Length of every query of a set with so many ciphertexts.</summary>
    public static int ByteCount(KeylessSet set, int ciphertexts = 1)
    {
        ArgumentNullException.ThrowIfNull(set);
        return SeedsOffset + ((ciphertexts + (set.WeightsArePublic ? 0 : 1)) * (PrngSeed.ByteCount + set.PackedPolynomialBytes));
    }

    /// <summary>request = SHA-256 of the query's bytes: what the reply and the receipt name.</summary>
    public static byte[] RequestHash(ReadOnlySpan<byte> query) => SHA256.HashData(query);

    /// <summary>The card that a query of sufficient length names; empty when it is too short to name one.</summary>
    public static ReadOnlySpan<byte> Card(ReadOnlySpan<byte> query) =>
        query.Length >= SetOffset && query.StartsWith(FirstLine) ? query.Slice(CardOffset, DigestBytes) : [];

    /// <summary>The number of rows that a query of sufficient length names; 0 when it is too short to name one.</summary>
    public static int Rows(ReadOnlySpan<byte> query) =>
        query.Length >= ClassesOffset && query.StartsWith(FirstLine) ? BinaryPrimitives.ReadUInt16BigEndian(query[RowsOffset..]) : 0;

    /// <summary>Where c0 of a ciphertext stands; p0 stands where the one after the last would.</summary>
    internal static int PolynomialOffset(KeylessSet set, int ciphertexts, int polynomial) =>
        SeedsOffset + (SeedCount(set, ciphertexts) * PrngSeed.ByteCount) + (polynomial * set.PackedPolynomialBytes);

    internal static Span<byte> CiphertextSeed(Span<byte> query, int ciphertext) => query.Slice(SeedOffset(ciphertext), PrngSeed.ByteCount);

    internal static ReadOnlySpan<byte> CiphertextSeed(ReadOnlySpan<byte> query, int ciphertext) => query.Slice(SeedOffset(ciphertext), PrngSeed.ByteCount);

    internal static Span<byte> PublicKeySeed(Span<byte> query) => query.Slice(SeedsOffset + PrngSeed.ByteCount, PrngSeed.ByteCount);

    internal static ReadOnlySpan<byte> PublicKeySeed(ReadOnlySpan<byte> query) => query.Slice(SeedsOffset + PrngSeed.ByteCount, PrngSeed.ByteCount);

    internal static void WriteHeader(Span<byte> query, ReadOnlySpan<byte> card, KeylessParameters parameters, KeylessLayout layout)
    {
        FirstLine.CopyTo(query);
        card.CopyTo(query[CardOffset..]);
        query[SetOffset] = parameters.Set.Id;
        query[PlainBitsOffset] = (byte)parameters.PlainBits;
        BinaryPrimitives.WriteUInt16BigEndian(query[RowsOffset..], (ushort)layout.Rows);
        BinaryPrimitives.WriteUInt16BigEndian(query[ClassesOffset..], (ushort)layout.Classes);
        BinaryPrimitives.WriteUInt32BigEndian(query[FeaturesOffset..], (uint)layout.Features);
    }

    /// <summary>Checks everything but the residues, and reads the number of rows.</summary>
    internal static KeylessRefusal ReadHeader(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> card, KeylessParameters parameters, int features, int classes, out KeylessLayout layout)
    {
        layout = default;
        if (!query.StartsWith(FirstLine))
        {
            return KeylessRefusal.Magic;
        }

        KeylessPlacement place = new KeylessLayout(features, classes, 1).Place(parameters.Set);
        if (query.Length != ByteCount(parameters.Set, place.Ciphertexts))
        {
            return KeylessRefusal.Length;
        }

        if (!query.Slice(CardOffset, DigestBytes).SequenceEqual(card))
        {
            return KeylessRefusal.Card;
        }

        if (query[SetOffset] != parameters.Set.Id)
        {
            return KeylessRefusal.Set;
        }

        if (query[PlainBitsOffset] != parameters.PlainBits)
        {
            return KeylessRefusal.PlainModulus;
        }

        layout = new KeylessLayout(features, classes, BinaryPrimitives.ReadUInt16BigEndian(query[RowsOffset..]));
        if (BinaryPrimitives.ReadUInt16BigEndian(query[ClassesOffset..]) != classes
            || BinaryPrimitives.ReadUInt32BigEndian(query[FeaturesOffset..]) != features
            || !layout.Fits(parameters.Set))
        {
            return KeylessRefusal.Layout;
        }

        return HasEqualSeeds(query, SeedCount(parameters.Set, place.Ciphertexts)) ? KeylessRefusal.EqualSeeds : KeylessRefusal.None;
    }

    private static int SeedCount(KeylessSet set, int ciphertexts) => ciphertexts + (set.WeightsArePublic ? 0 : 1);

    // The first ciphertext's seed, the public key's, then those of the other ciphertexts. A set without public key has one ciphertext.
    private static int SeedOffset(int ciphertext) => SeedsOffset + ((ciphertext == 0 ? 0 : ciphertext + 1) * PrngSeed.ByteCount);

    private static bool HasEqualSeeds(ReadOnlySpan<byte> query, int seeds)
    {
        ReadOnlySpan<byte> all = query.Slice(SeedsOffset, seeds * PrngSeed.ByteCount);
        for (int i = 0; i < seeds; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (all.Slice(i * PrngSeed.ByteCount, PrngSeed.ByteCount).SequenceEqual(all.Slice(j * PrngSeed.ByteCount, PrngSeed.ByteCount)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    internal static void WritePolynomial(KeylessSet set, ReadOnlySpan<ulong> residues, Span<byte> destination)
    {
        int offset = 0;
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            int bits = set.Moduli[limb].BitLength;
            int length = ResiduePacking.ByteCount(set.Degree, bits);
            ResiduePacking.Pack(residues.Slice(limb * set.Degree, set.Degree), bits, destination.Slice(offset, length));
            offset += length;
        }
    }

    internal static KeylessRefusal ReadPolynomial(KeylessSet set, ReadOnlySpan<byte> source, Span<ulong> residues)
    {
        int offset = 0;
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            Modulus modulus = set.Moduli[limb];
            int length = ResiduePacking.ByteCount(set.Degree, modulus.BitLength);
            Span<ulong> part = residues.Slice(limb * set.Degree, set.Degree);
            if (!ResiduePacking.TryUnpack(source.Slice(offset, length), modulus.BitLength, part))
            {
                return KeylessRefusal.Padding;
            }

            foreach (ulong residue in part)
            {
                if (residue >= modulus.Value)
                {
                    return KeylessRefusal.UnreducedResidue;
                }
            }

            offset += length;
        }

        return KeylessRefusal.None;
    }
}
