using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// The bytes of a private forest's query: the head of a keyless query (first line, card, set, tb, R, K, n), the digest of the key bundle,
/// then seed and c0 of each ciphertext. tb is 17; n is the number of bits, K is 1.
/// </summary>
public static class ForestQuery
{
    private const int DigestBytes = SHA256.HashSizeInBytes;
    private const byte PlainBits = 17;

    private static ReadOnlySpan<byte> FirstLine => "subnet-query/1\n"u8;

    private static int CardOffset => FirstLine.Length;

    private static int SetOffset => CardOffset + DigestBytes;

    private static int RowsOffset => SetOffset + 2;

    private static int BitsOffset => RowsOffset + (2 * sizeof(ushort));

    private static int KeysOffset => BitsOffset + sizeof(uint);

    private static int HeaderBytes => KeysOffset + DigestBytes;

    /// <summary>Length of a query.</summary>
    public static int ByteCount(ForestSet set, int ciphertexts)
    {
        ArgumentNullException.ThrowIfNull(set);
        return HeaderBytes + (ciphertexts * (PrngSeed.ByteCount + LevelPacking.ByteCount(set.Parameters.FirstDataLevel)));
    }

    /// <summary>The card that a query of sufficient length names; empty when it is too short to name one.</summary>
    public static ReadOnlySpan<byte> Card(ReadOnlySpan<byte> query) =>
        query.Length >= HeaderBytes && query.StartsWith(FirstLine) ? query.Slice(CardOffset, DigestBytes) : [];

    /// <summary>The number of rows that a query of sufficient length names; 0 when it is too short.</summary>
    public static int Rows(ReadOnlySpan<byte> query) => query.Length >= HeaderBytes ? BinaryPrimitives.ReadUInt16BigEndian(query[RowsOffset..]) : 0;

    /// <summary>The digest of the key bundle that a query of sufficient length names; empty when it is too short to name one.</summary>
    public static ReadOnlySpan<byte> Keys(ReadOnlySpan<byte> query) => query.Length >= HeaderBytes ? query.Slice(KeysOffset, DigestBytes) : [];

    /// <summary>Encrypts slots, each plaintext in a ciphertext of its own.</summary>
    /// <param name="set">The set.</param>
    /// <param name="secretKey">The pseudonym's secret key.</param>
    /// <param name="card">32 bytes.</param>
    /// <param name="keys">Digest of the key bundle, 32 bytes.</param>
    /// <param name="rows">R.</param>
    /// <param name="bits">n.</param>
    /// <param name="plaintexts">Batch-encoded.</param>
    /// <param name="random">The operating system's generator in production.</param>
    internal static byte[] Encrypt(
        ForestSet set, SecretKey secretKey, ReadOnlySpan<byte> card, ReadOnlySpan<byte> keys, int rows, int bits, IReadOnlyList<Plaintext> plaintexts, IRandomSourceFactory random)
    {
        byte[] query = new byte[ByteCount(set, plaintexts.Count)];
        FirstLine.CopyTo(query);
        card.CopyTo(query.AsSpan(CardOffset));
        query[SetOffset] = set.Id;
        query[SetOffset + 1] = PlainBits;
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(RowsOffset), (ushort)rows);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(RowsOffset + sizeof(ushort)), 1);
        BinaryPrimitives.WriteUInt32BigEndian(query.AsSpan(BitsOffset), (uint)bits);
        keys.CopyTo(query.AsSpan(KeysOffset));
        var encryptor = new Encryptor(set.Parameters, random);
        Level level = set.Parameters.FirstDataLevel;
        int length = LevelPacking.ByteCount(level);
        Span<byte> rest = query.AsSpan(HeaderBytes);
        var ciphertext = new Ciphertext(set.Parameters);
        foreach (Plaintext plaintext in plaintexts)
        {
            PrngSeed seed = encryptor.EncryptSymmetric(plaintext, secretKey, ciphertext);
            seed.Bytes.CopyTo(rest);
            LevelPacking.Pack(level, ciphertext.Polynomial(0), rest.Slice(PrngSeed.ByteCount, length));
            rest = rest[(PrngSeed.ByteCount + length)..];
        }

        return query;
    }

    /// <summary>Reads untrusted bytes.</summary>
    internal static ForestRefusal TryRead(
        ForestSet set, ReadOnlySpan<byte> card, ForestKeyBundle keys, int bits, int ciphertexts, ReadOnlySpan<byte> query, out int rows, out Ciphertext[] read)
    {
        rows = 0;
        read = [];
        ForestRefusal refusal =
            !query.StartsWith(FirstLine) ? ForestRefusal.Magic
            : query.Length != ByteCount(set, ciphertexts) ? ForestRefusal.Length
            : !query.Slice(CardOffset, DigestBytes).SequenceEqual(card) ? ForestRefusal.Card
            : query[SetOffset] != set.Id || query[SetOffset + 1] != PlainBits ? ForestRefusal.Set
            : !Keys(query).SequenceEqual(keys.Digest.Span) ? ForestRefusal.OtherKeys
            : BinaryPrimitives.ReadUInt16BigEndian(query[(RowsOffset + sizeof(ushort))..]) != 1 || BinaryPrimitives.ReadUInt32BigEndian(query[BitsOffset..]) != (uint)bits ? ForestRefusal.Layout
            : ForestRefusal.None;
        if (refusal != ForestRefusal.None)
        {
            return refusal;
        }

        rows = BinaryPrimitives.ReadUInt16BigEndian(query[RowsOffset..]);
        Level level = set.Parameters.FirstDataLevel;
        var seeds = new HashSet<PrngSeed>();
        ReadOnlySpan<byte> rest = query[HeaderBytes..];
        var list = new Ciphertext[ciphertexts];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = new Ciphertext(level, 2, isNttForm: false);
            refusal = ForestKeyBundle.Read(level, list[i], seeds, ref rest);
            if (refusal != ForestRefusal.None)
            {
                return refusal;
            }
        }

        read = list;
        return ForestRefusal.None;
    }
}
