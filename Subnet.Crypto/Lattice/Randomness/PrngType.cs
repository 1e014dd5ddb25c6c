namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>The extendable-output function behind a seeded stream; the values are those of SEAL's files (seal-format 5.1).</summary>
public enum PrngType : byte
{
    /// <summary>BLAKE2Xb, SEAL's default.</summary>
    Blake2Xb = 1,

    /// <summary>SHAKE256 (FIPS 202).</summary>
    Shake256 = 2,
}
