using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// One encrypted plane: a ciphertext fresh from a secret key, its uniform half given by a seed that the receiver expands. Bytes: seed 64 || packed c0. Immutable by use.
/// </summary>
public sealed class ScoringInput
{
    internal ScoringInput(ScoringSet set, PrngSeed seed, Ciphertext ciphertext)
    {
        Set = set;
        Seed = seed;
        Ciphertext = ciphertext;
    }

    /// <summary>The set.</summary>
    public ScoringSet Set { get; }

    /// <summary>The seed of polynomial 1.</summary>
    public PrngSeed Seed { get; }

    /// <summary>The ciphertext in coefficient form at the first data level.</summary>
    public Ciphertext Ciphertext { get; }

    /// <summary>Bytes of an input of a set: 178,240 on set 6, 796,736 on set 7.</summary>
    public static int ByteCount(ScoringSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return PrngSeed.ByteCount + LimbPacking.ByteCount(set.Parameters.FirstDataLevel);
    }

    /// <summary>Reads an input and expands its seed; null for another length, an unreduced residue or a padding bit that is not zero.</summary>
    public static ScoringInput? TryParse(ScoringSet set, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (bytes.Length != ByteCount(set))
        {
            return null;
        }

        Level level = set.Parameters.FirstDataLevel;
        Ciphertext ciphertext = new(level, 2, isNttForm: false);
        if (!LimbPacking.TryUnpack(level, bytes[PrngSeed.ByteCount..], ciphertext.Polynomial(0)))
        {
            return null;
        }

        PrngSeed seed = new(PrngType.Blake2Xb, bytes[..PrngSeed.ByteCount]);
        ZeroEncryption.Expand(seed, level, ciphertext.Polynomial(1));
        return new ScoringInput(set, seed, ciphertext);
    }

    /// <summary>The bytes.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[ByteCount(Set)];
        Seed.Bytes.CopyTo(bytes);
        LimbPacking.Pack(Set.Parameters.FirstDataLevel, Ciphertext.Polynomial(0), bytes.AsSpan(PrngSeed.ByteCount));
        return bytes;
    }
}
