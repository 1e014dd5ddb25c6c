using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal.Packed;

/// <summary>Exact sizes in bytes of packed containers, known before anything is made.</summary>
public static class PackedSize
{
    /// <summary>A ciphertext of so many polynomials.</summary>
    public static long Ciphertext(Level level, int size)
    {
        ArgumentNullException.ThrowIfNull(level);
        return PackedFormat.HeaderByteCount + PackedFormat.CiphertextByteCount + (size * PackedFormat.PolynomialByteCount(level));
    }

    /// <summary>A fresh ciphertext of two polynomials of which one is a seed.</summary>
    public static long SeededCiphertext(Level level) => Ciphertext(level, 1) + PackedFormat.SeedByteCount;

    /// <summary>A public key.</summary>
    public static long PublicKey(Parameters parameters, bool seeded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return seeded ? SeededCiphertext(parameters.KeyLevel) : Ciphertext(parameters.KeyLevel, 2);
    }

    /// <summary>Relinearization keys or Galois keys, so many of them.</summary>
    public static long SwitchingKeys(Parameters parameters, int count, bool seeded)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        long digits = (long)count * parameters.FirstDataLevel.PrimeCount;
        return PackedFormat.HeaderByteCount + PackedFormat.KeysByteCount + ((long)sizeof(uint) * count)
            + (digits * PackedFormat.PairByteCount(parameters.KeyLevel, seeded));
    }
}
