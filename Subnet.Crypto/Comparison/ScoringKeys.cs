using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Crypto.Seal.Packed;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A batch's public keys as they travel: set u8 || seed of p1 64 || packed p0 || packed relinearisation keys in seeded form. Both uniform halves are expanded by the
/// receiver. Immutable.
/// </summary>
public sealed class ScoringKeys
{
    private readonly IReadOnlyList<PrngSeed> relinearizationSeeds;

    internal ScoringKeys(ScoringPublicKey publicKey, RelinearizationKeys relinearization, IReadOnlyList<PrngSeed> seeds)
    {
        PublicKey = publicKey;
        Relinearization = relinearization;
        relinearizationSeeds = seeds;
    }

    /// <summary>The set.</summary>
    public ScoringSet Set => PublicKey.Set;

    /// <summary>The public key at the data modulus.</summary>
    public ScoringPublicKey PublicKey { get; }

    /// <summary>The relinearisation keys.</summary>
    public RelinearizationKeys Relinearization { get; }

    /// <summary>Every seed that a uniform half is expanded from.</summary>
    public IReadOnlyList<PrngSeed> Seeds => [PublicKey.Seed, .. relinearizationSeeds];

    /// <summary>Reads keys; null for anything but exactly one seeded relinearisation key of the set, reduced and without padding bits.</summary>
    public static ScoringKeys? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || ScoringSet.Find(bytes[0]) is not { } set)
        {
            return null;
        }

        Level level = set.Parameters.FirstDataLevel;
        int head = 1 + PrngSeed.ByteCount + LimbPacking.ByteCount(level);
        ulong[] p0 = new ulong[level.PolynomialWords];
        if (bytes.Length <= head || !LimbPacking.TryUnpack(level, bytes[(1 + PrngSeed.ByteCount)..head], p0))
        {
            return null;
        }

        try
        {
            RelinearizationKeys keys = new PackedReader(set.Parameters).ReadRelinearizationKeys(bytes[head..], out IReadOnlyList<PrngSeed> seeds);
            ScoringPublicKey publicKey = new(set, new PrngSeed(PrngType.Blake2Xb, bytes[1..(1 + PrngSeed.ByteCount)]), p0);
            ScoringKeys read = new(publicKey, keys, seeds);

            // The seeded form only: a chosen uniform half would open what re-randomisation hides.
            return keys.Count == 1 && seeds.Count == level.PrimeCount && read.Encode().AsSpan().SequenceEqual(bytes) ? read : null;
        }
        catch (SealFormatException)
        {
            return null;
        }
    }

    /// <summary>The bytes.</summary>
    public byte[] Encode()
    {
        Level level = Set.Parameters.FirstDataLevel;
        byte[] packed = PackedWriter.Write(Relinearization, relinearizationSeeds);
        int head = 1 + PrngSeed.ByteCount + LimbPacking.ByteCount(level);
        byte[] bytes = new byte[head + packed.Length];
        bytes[0] = (byte)Set.Id;
        PublicKey.Seed.Bytes.CopyTo(bytes.AsSpan(1));
        LimbPacking.Pack(level, PublicKey.P0.Span, bytes.AsSpan(1 + PrngSeed.ByteCount, LimbPacking.ByteCount(level)));
        packed.CopyTo(bytes, head);
        return bytes;
    }
}
