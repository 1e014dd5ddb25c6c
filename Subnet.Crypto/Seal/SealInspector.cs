using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>
/// Tells what an object is without knowing its parameters. SEAL's bytes do not name their type, so the layouts are tried one after
/// the other; each determines its length exactly, which is why no object fits two of them.
/// </summary>
public static class SealInspector
{
    /// <summary>The most bytes that a compressed object is inflated to unless the caller says otherwise: 1 GiB.</summary>
    public const long DefaultLimit = 1L << 30;

    /// <summary>Looks at one object.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="limit">The most bytes that a compressed object is inflated to.</param>
    /// <exception cref="SealFormatException">Not an object, corrupt, or of no known layout.</exception>
    public static SealInspection Inspect(ReadOnlySpan<byte> source, long limit = DefaultLimit)
    {
        SealHeader header = SealHeader.Read(source);
        byte[] plain = SealEnvelope.Uncompress(source, limit);
        try
        {
            return Inspect(plain, header);
        }
        finally
        {
            // It may have been a secret key.
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static SealInspection Inspect(byte[] plain, SealHeader header)
    {
        ReadOnlySpan<byte> payload = plain.AsSpan(SealHeader.ByteCount);
        SealInspection blank = new() { Header = header, Kind = default, UncompressedByteCount = plain.Length };
        return TryParameters(plain, blank)
            ?? TryCiphertext(payload, blank)
            ?? TryPlaintext(payload, blank)
            ?? TryKeys(payload, blank)
            ?? throw new SealFormatException("the payload has the layout of no object: it is damaged or of another version");
    }

    private static SealInspection? TryParameters(byte[] plain, SealInspection blank)
    {
        try
        {
            return blank with { Kind = SealObjectKind.EncryptionParameters, Parameters = SealReader.ReadParameters(plain).Value };
        }
        catch (SealFormatException)
        {
            return null;
        }
    }

    private static SealInspection? TryCiphertext(ReadOnlySpan<byte> payload, SealInspection blank)
    {
        try
        {
            SealCursor cursor = new(payload);
            SealInspection found = ReadCiphertext(ref cursor, blank with { Kind = SealObjectKind.CiphertextOrPublicKey });
            return cursor.Remaining == 0 ? found : null;
        }
        catch (SealFormatException)
        {
            return null;
        }
    }

    private static SealInspection? TryPlaintext(ReadOnlySpan<byte> payload, SealInspection blank)
    {
        try
        {
            SealCursor cursor = new(payload);
            ParametersId id = cursor.ReadParametersId();
            ulong count = cursor.ReadWord("the coefficient count");
            double scale = cursor.ReadDouble("the scale");
            int words = cursor.ReadArrayHeader(cursor.Remaining / sizeof(ulong), "the plaintext");
            return (ulong)words == count && cursor.Remaining == (long)words * sizeof(ulong)
                ? blank with { Kind = SealObjectKind.PlaintextOrSecretKey, Id = id, IsNttForm = !id.IsZero, Scale = scale, WordCount = words }
                : null;
        }
        catch (SealFormatException)
        {
            return null;
        }
    }

    private static SealInspection? TryKeys(ReadOnlySpan<byte> payload, SealInspection blank)
    {
        try
        {
            SealCursor cursor = new(payload);
            ParametersId id = cursor.ReadParametersId();
            ulong entries = cursor.ReadWord("the number of keys");
            bool? seeded = null;
            int keys = 0;
            for (ulong i = 0; i < entries; i++)
            {
                ulong digits = cursor.ReadWord("the number of digits");
                keys += digits == 0 ? 0 : 1;
                for (ulong j = 0; j < digits; j++)
                {
                    int claimed = cursor.ReadNestedHeader("a key");
                    int before = cursor.Remaining;
                    seeded = ReadCiphertext(ref cursor, blank).IsSeeded;
                    cursor.EndNested(before, claimed, "a key");
                }
            }

            return cursor.Remaining == 0
                ? blank with { Kind = SealObjectKind.SwitchingKeys, Id = id, EntryCount = (int)entries, KeyCount = keys, IsSeeded = seeded }
                : null;
        }
        catch (SealFormatException)
        {
            return null;
        }
    }

    private static SealInspection ReadCiphertext(ref SealCursor cursor, SealInspection blank)
    {
        ParametersId id = cursor.ReadParametersId();
        bool isNttForm = cursor.ReadByte("the NTT flag") != 0;
        ulong size = cursor.ReadWord("the number of polynomials");
        ulong degree = cursor.ReadWord("the degree");
        ulong primes = cursor.ReadWord("the number of primes");
        double scale = cursor.ReadDouble("the scale");
        cursor.ReadWord("the correction factor");
        if (size is < 2 or > Ciphertext.MaxSize || degree is 0 or > 1 << NttTables.MaxLogDegree || primes is 0 or > CoeffModulus.MaxPrimeCount)
        {
            throw new SealFormatException("impossible sizes of a ciphertext");
        }

        long polynomial = (long)(degree * primes);
        int words = cursor.ReadArrayHeader((long)size * polynomial, "the ciphertext");
        bool seeded = size == 2 && words == polynomial;
        if (!seeded && words != (long)size * polynomial)
        {
            throw new SealFormatException("the ciphertext has the wrong number of words");
        }

        cursor.SkipWords(words, "the ciphertext");
        if (seeded)
        {
            cursor.ReadSeed();
        }

        return blank with
        {
            Id = id,
            IsNttForm = isNttForm,
            Size = (int)size,
            PolyModulusDegree = (int)degree,
            PrimeCount = (int)primes,
            Scale = scale,
            IsSeeded = seeded,
        };
    }
}
