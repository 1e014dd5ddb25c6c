using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// The public keys of one pseudonym: public key at the data modulus, relinearisation key and the rotation keys that a card names. All
/// uniform halves are expanded here from seeds, so that none is chosen. Addressed by digest, replaced each epoch. Immutable and safe
/// for concurrent use.
/// </summary>
/// <remarks>
/// Bytes: "subnet-keys/1" LF || set u8 || be16 rotation keys || public key: seed 64 || p0 || relinearisation key, then for each
/// rotation be32 Galois element || key; a key is, digit by digit, seed 64 || c0 in transformed form at the key level.
/// </remarks>
public sealed class ForestKeyBundle
{
    private ForestKeyBundle(ForestSet set, byte[] digest, ForestPublicKey publicKey, RelinearizationKeys relinearization, GaloisKeys rotations)
    {
        Set = set;
        Digest = digest;
        PublicKey = publicKey;
        Relinearization = relinearization;
        Rotations = rotations;
    }

    /// <summary>The set.</summary>
    public ForestSet Set { get; }

    /// <summary>SHA-256 of the bytes.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>Makes encryptions of zero.</summary>
    public ForestPublicKey PublicKey { get; }

    /// <summary>Brings products back to two polynomials.</summary>
    public RelinearizationKeys Relinearization { get; }

    /// <summary>Rotations.</summary>
    public GaloisKeys Rotations { get; }

    private static ReadOnlySpan<byte> FirstLine => "subnet-keys/1\n"u8;

    private static int HeaderBytes => FirstLine.Length + sizeof(byte) + sizeof(ushort);

    /// <summary>Length of a bundle.</summary>
    /// <param name="set">The set.</param>
    /// <param name="rotations">Number of rotation keys.</param>
    public static int ByteCount(ForestSet set, int rotations)
    {
        ArgumentNullException.ThrowIfNull(set);
        return HeaderBytes + PrngSeed.ByteCount + LevelPacking.ByteCount(set.Parameters.FirstDataLevel)
            + KeyBytes(set) + (rotations * (sizeof(int) + KeyBytes(set)));
    }

    /// <summary>The bundle of a secret key.</summary>
    /// <param name="set">The set.</param>
    /// <param name="secretKey">The secret key.</param>
    /// <param name="elements">The Galois elements that the card names, ascending.</param>
    /// <param name="random">The operating system's generator in production.</param>
    public static byte[] Create(ForestSet set, SecretKey secretKey, IReadOnlyList<int> elements, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(elements);
        var seeds = new List<PrngSeed>();
        var generator = new KeyGenerator(set.Parameters, random);
        var zero = new Ciphertext(set.Parameters);
        seeds.Add(new Encryptor(set.Parameters, random).EncryptZeroSymmetric(set.Parameters.FirstDataLevel, secretKey, zero));
        RelinearizationKeys relinearization = generator.CreateRelinearizationKeys(secretKey, 1, seeds);
        GaloisKeys rotations = generator.CreateGaloisKeys(secretKey, elements, seeds);

        byte[] bundle = new byte[ByteCount(set, elements.Count)];
        FirstLine.CopyTo(bundle);
        bundle[FirstLine.Length] = set.Id;
        BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(FirstLine.Length + 1), (ushort)elements.Count);
        Span<byte> rest = bundle.AsSpan(HeaderBytes);
        int seed = 0;
        Write(set.Parameters.FirstDataLevel, seeds[seed++], zero.Polynomial(0), ref rest);
        WriteKey(set, relinearization.Find(2)!, seeds, ref seed, ref rest);
        foreach (int element in elements)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, element);
            rest = rest[sizeof(int)..];
            WriteKey(set, rotations.Find(element)!, seeds, ref seed, ref rest);
        }

        return bundle;
    }

    /// <summary>Reads untrusted bytes.</summary>
    /// <param name="set">The card's set.</param>
    /// <param name="elements">The Galois elements that the card names, ascending; others are refused.</param>
    /// <param name="bytes">The bundle.</param>
    /// <param name="bundle">What was read, or null.</param>
    public static ForestRefusal TryRead(ForestSet set, IReadOnlyList<int> elements, ReadOnlySpan<byte> bytes, out ForestKeyBundle? bundle)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(elements);
        bundle = null;
        if (!bytes.StartsWith(FirstLine))
        {
            return ForestRefusal.Magic;
        }

        if (bytes.Length != ByteCount(set, elements.Count))
        {
            return ForestRefusal.Length;
        }

        if (bytes[FirstLine.Length] != set.Id)
        {
            return ForestRefusal.Set;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[(FirstLine.Length + 1)..]) != elements.Count)
        {
            return ForestRefusal.Layout;
        }

        ReadOnlySpan<byte> rest = bytes[HeaderBytes..];
        var seeds = new HashSet<PrngSeed>();
        Level level = set.Parameters.FirstDataLevel;
        var zero = new Ciphertext(level, 2, isNttForm: false);
        ForestRefusal refusal = Read(level, zero, seeds, ref rest);
        if (refusal == ForestRefusal.None)
        {
            refusal = TryReadKeys(set, elements, seeds, rest, out RelinearizationKeys? relinearization, out GaloisKeys? rotations);
            bundle = refusal == ForestRefusal.None
                ? new ForestKeyBundle(set, SHA256.HashData(bytes), new ForestPublicKey(set, zero), relinearization!, rotations!)
                : null;
        }

        return refusal;
    }

    private static ForestRefusal TryReadKeys(
        ForestSet set, IReadOnlyList<int> elements, HashSet<PrngSeed> seeds, ReadOnlySpan<byte> rest, out RelinearizationKeys? relinearization, out GaloisKeys? rotations)
    {
        relinearization = null;
        rotations = null;
        ForestRefusal refusal = ReadKey(set, seeds, ref rest, out KeySwitchKey? square);
        var read = new List<KeyValuePair<int, KeySwitchKey>>();
        for (int i = 0; i < elements.Count && refusal == ForestRefusal.None; i++)
        {
            int element = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[sizeof(int)..];
            refusal = element == elements[i] ? ReadKey(set, seeds, ref rest, out KeySwitchKey? key) : Refuse(out key);
            if (refusal == ForestRefusal.None)
            {
                read.Add(new(element, key!));
            }
        }

        if (refusal == ForestRefusal.None)
        {
            relinearization = new RelinearizationKeys(set.Parameters, [square]);
            rotations = new GaloisKeys(set.Parameters, read);
        }

        return refusal;
    }

    private static ForestRefusal Refuse(out KeySwitchKey? key)
    {
        key = null;
        return ForestRefusal.Elements;
    }

    private static int KeyBytes(ForestSet set) =>
        set.Parameters.FirstDataLevel.PrimeCount * (PrngSeed.ByteCount + LevelPacking.ByteCount(set.Parameters.KeyLevel));

    private static void WriteKey(ForestSet set, KeySwitchKey key, List<PrngSeed> seeds, ref int seed, ref Span<byte> destination)
    {
        for (int digit = 0; digit < key.DigitCount; digit++)
        {
            Write(set.Parameters.KeyLevel, seeds[seed++], key.Digit(digit).Polynomial(0), ref destination);
        }
    }

    private static void Write(Level level, PrngSeed seed, ReadOnlySpan<ulong> polynomial, ref Span<byte> destination)
    {
        seed.Bytes.CopyTo(destination);
        int length = LevelPacking.ByteCount(level);
        LevelPacking.Pack(level, polynomial, destination.Slice(PrngSeed.ByteCount, length));
        destination = destination[(PrngSeed.ByteCount + length)..];
    }

    private static ForestRefusal ReadKey(ForestSet set, HashSet<PrngSeed> seeds, ref ReadOnlySpan<byte> source, out KeySwitchKey? key)
    {
        key = null;
        var digits = new Ciphertext[set.Parameters.FirstDataLevel.PrimeCount];
        for (int digit = 0; digit < digits.Length; digit++)
        {
            digits[digit] = new Ciphertext(set.Parameters.KeyLevel, 2, isNttForm: true);
            ForestRefusal refusal = Read(set.Parameters.KeyLevel, digits[digit], seeds, ref source);
            if (refusal != ForestRefusal.None)
            {
                return refusal;
            }
        }

        key = new KeySwitchKey(set.Parameters, digits);
        return ForestRefusal.None;
    }

    /// <summary>Reads polynomial 0 and expands polynomial 1; a seed that was met before is refused.</summary>
    internal static ForestRefusal Read(Level level, Ciphertext target, HashSet<PrngSeed> seeds, ref ReadOnlySpan<byte> source)
    {
        var seed = new PrngSeed(PrngType.Blake2Xb, source[..PrngSeed.ByteCount]);
        int length = LevelPacking.ByteCount(level);
        ReadOnlySpan<byte> packed = source.Slice(PrngSeed.ByteCount, length);
        source = source[(PrngSeed.ByteCount + length)..];
        if (!seeds.Add(seed))
        {
            return ForestRefusal.EqualSeeds;
        }

        if (!LevelPacking.TryUnpack(level, packed, target.Polynomial(0)))
        {
            return ForestRefusal.Residue;
        }

        ZeroEncryption.Expand(seed, level, target.Polynomial(1));
        return ForestRefusal.None;
    }
}
