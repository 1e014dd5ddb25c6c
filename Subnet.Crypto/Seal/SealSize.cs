using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>Exact sizes in bytes of uncompressed files (seal-format 14).</summary>
public static class SealSize
{
    internal const int Modulus = SealHeader.ByteCount + sizeof(ulong);
    internal const int ArrayHeader = SealHeader.ByteCount + sizeof(ulong);
    internal const int CiphertextMetadata = ParametersId.ByteCount + 1 + (5 * sizeof(ulong));
    internal const int PlaintextMetadata = ParametersId.ByteCount + (2 * sizeof(ulong));
    internal const int Seed = SealHeader.ByteCount + 1 + PrngSeed.ByteCount;

    /// <summary>Encryption parameters with <paramref name="primeCount"/> primes: 16 + 17 + 24 (k + 1).</summary>
    public static long Parameters(int primeCount) => SealHeader.ByteCount + 1 + (2 * sizeof(ulong)) + ((long)Modulus * (primeCount + 1));

    /// <summary>A plaintext of <paramref name="wordCount"/> words: 88 + 8 count.</summary>
    public static long Plaintext(int wordCount) => SealHeader.ByteCount + PlaintextMetadata + ArrayHeader + ((long)sizeof(ulong) * wordCount);

    /// <summary>A ciphertext of <paramref name="size"/> polynomials: 113 + 8 size L N.</summary>
    public static long Ciphertext(Level level, int size)
    {
        ArgumentNullException.ThrowIfNull(level);
        return SealHeader.ByteCount + CiphertextMetadata + ArrayHeader + ((long)sizeof(ulong) * size * level.PolynomialWords);
    }

    /// <summary>A fresh ciphertext of two polynomials of which one is a seed: 194 + 8 L N.</summary>
    public static long SeededCiphertext(Level level) => Ciphertext(level, 1) + Seed;

    /// <summary>A secret key: 88 + 8 N k.</summary>
    public static long SecretKey(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Plaintext(parameters.KeyLevel.PolynomialWords);
    }

    /// <summary>A public key.</summary>
    public static long PublicKey(Parameters parameters, bool seeded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return seeded ? SeededCiphertext(parameters.KeyLevel) : Ciphertext(parameters.KeyLevel, 2);
    }

    /// <summary>Relinearization keys for the powers 2 to <paramref name="count"/> + 1.</summary>
    public static long RelinearizationKeys(Parameters parameters, int count, bool seeded) => SwitchingKeys(parameters, count, count, seeded);

    /// <summary>Galois keys for <paramref name="count"/> elements; the file has an entry for each of the N possible ones.</summary>
    public static long GaloisKeys(Parameters parameters, int count, bool seeded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SwitchingKeys(parameters, parameters.PolyModulusDegree, count, seeded);
    }

    private static long SwitchingKeys(Parameters parameters, int entries, int keys, bool seeded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SealHeader.ByteCount + ParametersId.ByteCount + sizeof(ulong) + ((long)sizeof(ulong) * entries)
            + (keys * parameters.FirstDataLevel.PrimeCount * PublicKey(parameters, seeded));
    }
}
