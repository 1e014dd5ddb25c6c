using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

public sealed partial class SealReader
{
    /// <summary>Reads a secret key (seal-format 7). The caller disposes it, and wipes the source.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not a secret key of these parameters.</exception>
    public SealReadResult<SecretKey> ReadSecretKey(ReadOnlySpan<byte> source, bool allowTrailing = false) =>
        Open(source, allowTrailing, SealSize.SecretKey(Parameters), this, ReadSecretKeyPayload);

    /// <summary>Reads a public key (seal-format 7), in full or seeded.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not a public key of these parameters.</exception>
    public SealReadResult<PublicKey> ReadPublicKey(ReadOnlySpan<byte> source, bool allowTrailing = false) =>
        Open(source, allowTrailing, SealSize.PublicKey(Parameters, seeded: false), this, ReadPublicKeyPayload);

    /// <summary>Reads relinearization keys (seal-format 7). Galois keys are refused where they have more than 14 entries, and so are more than N.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not relinearization keys of these parameters.</exception>
    public SealReadResult<RelinearizationKeys> ReadRelinearizationKeys(ReadOnlySpan<byte> source, bool allowTrailing = false)
    {
        CheckKeySwitching();
        long limit = SealSize.RelinearizationKeys(Parameters, RelinearizationKeys.MaxCount, seeded: false);
        return Open(source, allowTrailing, limit, this, ReadRelinearizationKeysPayload);
    }

    /// <summary>Reads Galois keys (seal-format 7), at most as many as the constructor was told.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not Galois keys of these parameters.</exception>
    public SealReadResult<GaloisKeys> ReadGaloisKeys(ReadOnlySpan<byte> source, bool allowTrailing = false)
    {
        CheckKeySwitching();
        long limit = SealSize.GaloisKeys(Parameters, maxGaloisKeyCount, seeded: false);
        return Open(source, allowTrailing, limit, this, ReadGaloisKeysPayload);
    }

    private static SecretKey ReadSecretKeyPayload(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        const string What = "the secret key";
        reader.CheckKeyLevel(cursor.ReadParametersId(), What);
        int expected = reader.Parameters.KeyLevel.PolynomialWords;
        ulong count = cursor.ReadWord("the coefficient count");
        CheckPlaintextScale(reader.Parameters, cursor.ReadDouble("the scale"), What);
        int words = count == (ulong)expected ? cursor.ReadArrayHeader(expected, What) : -1;
        if (words != expected)
        {
            throw new SealFormatException($"{What} has the wrong number of words; {expected} are right");
        }

        SecretKey key = new(reader.Parameters);
        try
        {
            cursor.ReadWords(key.MutableWords, What);
            CheckWords(key.Words, reader.Parameters.Moduli, reader.Parameters.PolyModulusDegree, What);
            return key;
        }
        catch (SealFormatException)
        {
            key.Dispose();
            throw;
        }
    }

    private static PublicKey ReadPublicKeyPayload(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds) =>
        new(ReadCiphertextPayload((reader, KeyLevelOnly: true, "the public key"), ref cursor, seeds));

    private static RelinearizationKeys ReadRelinearizationKeysPayload(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        int entries = ReadEntryCount(reader, ref cursor, Math.Min(RelinearizationKeys.MaxCount, reader.Parameters.PolyModulusDegree));
        KeySwitchKey?[] keys = new KeySwitchKey?[entries];
        for (int i = 0; i < entries; i++)
        {
            keys[i] = ReadEntry(reader, ref cursor, seeds);
        }

        return new RelinearizationKeys(reader.Parameters, keys);
    }

    private static GaloisKeys ReadGaloisKeysPayload(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        int entries = ReadEntryCount(reader, ref cursor, reader.Parameters.PolyModulusDegree);
        Dictionary<int, KeySwitchKey> keys = [];
        for (int i = 0; i < entries; i++)
        {
            if (ReadEntry(reader, ref cursor, seeds) is not { } key)
            {
                continue;
            }

            if (keys.Count == reader.maxGaloisKeyCount)
            {
                throw new SealFormatException($"there are more than the {reader.maxGaloisKeyCount} Galois keys that are accepted here");
            }

            keys.Add(GaloisElement.AtIndex(i), key);
        }

        return new GaloisKeys(reader.Parameters, keys);
    }

    private static int ReadEntryCount(SealReader reader, ref SealCursor cursor, int most)
    {
        reader.CheckKeyLevel(cursor.ReadParametersId(), "the set of keys");
        ulong entries = cursor.ReadWord("the number of keys");
        return entries <= (ulong)most
            ? (int)entries
            : throw new SealFormatException($"{entries} keys are announced, at most {most} are allowed");
    }

    private static KeySwitchKey? ReadEntry(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        const string What = "a key-switching key";
        ulong count = cursor.ReadWord("the number of digits");
        if (count == 0)
        {
            return null;
        }

        int digitCount = reader.Parameters.FirstDataLevel.PrimeCount;
        if (count != (ulong)digitCount)
        {
            throw new SealFormatException($"{What} announces {count} digits; one for each of the {digitCount} data primes is right");
        }

        Ciphertext[] digits = new Ciphertext[digitCount];
        for (int i = 0; i < digits.Length; i++)
        {
            int claimed = cursor.ReadNestedHeader(What);
            int before = cursor.Remaining;
            digits[i] = ReadCiphertextPayload((reader, KeyLevelOnly: true, What), ref cursor, seeds);
            cursor.EndNested(before, claimed, What);
        }

        return new KeySwitchKey(reader.Parameters, digits);
    }

    private void CheckKeySwitching()
    {
        if (!Parameters.HasSpecialPrime)
        {
            throw new SealFormatException($"{Parameters} has no key switching, so no such keys");
        }
    }
}
