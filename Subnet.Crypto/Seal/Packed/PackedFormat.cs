using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Seal.Packed;

/// <summary>
/// The layout of the packed container, this project's own form of the objects that SEAL's format carries: each residue takes the
/// bit length of its prime instead of 64 bits. It starts with its own magic and is never offered as SEAL's.
/// </summary>
/// <remarks>
/// <code>
/// "subnet-packed/1" LF || kind u8 || parameters id 32 || body
/// ciphertext, public key: flags u8 (1 NTT, 2 seeded) || size u8 || scale f64 || polynomials [|| seed]
/// keys: flags u8 || count u32 || count times (power or Galois element u32, ascending || digits times (polynomials [|| seed]))
/// polynomials: limb after limb, coefficient i in bits [i b, (i + 1) b), b the bit length of the prime, zero bits to the next byte
/// seed: type u8 || 64 bytes; it stands for the second polynomial, which is then left out
/// </code>
/// Little-endian. The parameters are not in it: the reader has them, and the id must be of theirs.
/// </remarks>
internal static class PackedFormat
{
    /// <summary>Set when the words are transform values.</summary>
    public const byte NttFlag = 1;

    /// <summary>Set when a seed stands for the second polynomial.</summary>
    public const byte SeededFlag = 2;

    /// <summary>Magic, kind and id.</summary>
    public const int HeaderByteCount = 16 + 1 + ParametersId.ByteCount;

    /// <summary>Flags, size and scale.</summary>
    public const int CiphertextByteCount = 1 + 1 + sizeof(double);

    /// <summary>Flags and count.</summary>
    public const int KeysByteCount = 1 + sizeof(uint);

    /// <summary>Type and bytes of a seed.</summary>
    public const int SeedByteCount = 1 + PrngSeed.ByteCount;

    /// <summary>The first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "subnet-packed/1\n"u8;

    /// <summary>Bytes of one polynomial of a level.</summary>
    public static long PolynomialByteCount(Level level)
    {
        long bytes = 0;
        foreach (Lattice.Modulus modulus in level.Moduli)
        {
            bytes += ResiduePacking.ByteCount(level.Parameters.PolyModulusDegree, modulus.BitLength);
        }

        return bytes;
    }

    /// <summary>Bytes of two polynomials, or of one and a seed.</summary>
    public static long PairByteCount(Level level, bool seeded) =>
        seeded ? PolynomialByteCount(level) + SeedByteCount : 2 * PolynomialByteCount(level);
}
