using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

public sealed partial class SealReader
{
    private const byte SmallestSize = 2;

    /// <summary>Reads a plaintext (seal-format 6), in coefficient form (BFV) or in NTT form of a data level.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not a plaintext of these parameters.</exception>
    public SealReadResult<Plaintext> ReadPlaintext(ReadOnlySpan<byte> source, bool allowTrailing = false) =>
        Open(source, allowTrailing, SealSize.Plaintext(Parameters.FirstDataLevel.PolynomialWords), this, ReadPlaintextPayload);

    /// <summary>
    /// Reads a ciphertext of a data level (seal-format 5), in full or with its second polynomial as a seed, which is expanded.
    /// </summary>
    /// <remarks>As in SEAL the form (NTT or coefficients) is taken from the file; operations refuse the one they cannot work on.</remarks>
    /// <param name="source">The bytes.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not a ciphertext of these parameters.</exception>
    public SealReadResult<Ciphertext> ReadCiphertext(ReadOnlySpan<byte> source, bool allowTrailing = false) =>
        Open(
            source,
            allowTrailing,
            SealSize.Ciphertext(Parameters.FirstDataLevel, Ciphertext.MaxSize),
            (Reader: this, KeyLevelOnly: false, What: "the ciphertext"),
            ReadCiphertextPayload);

    private static Plaintext ReadPlaintextPayload(SealReader reader, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        const string What = "the plaintext";
        Parameters parameters = reader.Parameters;
        ParametersId id = cursor.ReadParametersId();
        ulong count = cursor.ReadWord("the coefficient count");
        double scale = cursor.ReadDouble("the scale");
        CheckPlaintextScale(parameters, scale, What);
        Level? level = id.IsZero && parameters.Scheme != Scheme.Ckks ? null : reader.FindDataLevel(id, What);
        int expected = level?.PolynomialWords ?? parameters.PolyModulusDegree;
        if (level is null ? count > (ulong)expected : count != (ulong)expected)
        {
            throw new SealFormatException($"{What} claims {count} coefficients, {(level is null ? "at most " : "")}{expected} are right");
        }

        int words = cursor.ReadArrayHeader((long)count, What);
        if ((ulong)words != count)
        {
            throw new SealFormatException($"{What} claims {count} coefficients and has {words}");
        }

        Plaintext plaintext = new();
        Span<ulong> destination = level is null ? plaintext.ResizeCoefficients(words) : plaintext.ResizeNtt(level, scale);
        plaintext.Scale = scale;
        cursor.ReadWords(destination, What);
        if (level is not null)
        {
            CheckWords(destination, level.Moduli, parameters.PolyModulusDegree, What);
        }
        else if (!WordRange.AllBelow(destination, parameters.PlainModulus))
        {
            throw new SealFormatException($"a coefficient of {What} is not below the plain modulus {parameters.PlainModulus}");
        }

        return plaintext;
    }

    private static Ciphertext ReadCiphertextPayload(
        (SealReader Reader, bool KeyLevelOnly, string What) state, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        (SealReader reader, bool keyLevelOnly, string what) = state;
        Parameters parameters = reader.Parameters;
        ParametersId id = cursor.ReadParametersId();
        bool isNttForm = cursor.ReadByte("the NTT flag") != 0;
        ulong size = cursor.ReadWord("the number of polynomials");
        ulong degree = cursor.ReadWord("the degree");
        ulong primeCount = cursor.ReadWord("the number of primes");
        double scale = cursor.ReadDouble("the scale");
        ulong correctionFactor = cursor.ReadWord("the correction factor");

        Level level;
        if (keyLevelOnly)
        {
            reader.CheckKeyLevel(id, what);
            level = parameters.KeyLevel;
        }
        else
        {
            level = reader.FindDataLevel(id, what);
        }

        if (degree != (ulong)parameters.PolyModulusDegree || primeCount != (ulong)level.PrimeCount)
        {
            throw new SealFormatException(
                $"{what} claims degree {degree} and {primeCount} primes; those of its parameters are {parameters.PolyModulusDegree} and {level.PrimeCount}");
        }

        if (size is < SmallestSize or > Ciphertext.MaxSize || (keyLevelOnly && size != SmallestSize))
        {
            throw new SealFormatException(
                $"{what} has {size} polynomials, {SmallestSize}{(keyLevelOnly ? "" : $" to {Ciphertext.MaxSize}")} are allowed");
        }

        if (keyLevelOnly && !isNttForm)
        {
            throw new SealFormatException($"{what} is not in NTT form");
        }

        CheckCiphertextScale(parameters, scale, what);
        if (correctionFactor != 1)
        {
            throw new SealFormatException($"{what} has the correction factor {correctionFactor}; that of BFV and CKKS is 1");
        }

        long full = (long)size * level.PolynomialWords;
        int words = cursor.ReadArrayHeader(full, what);
        bool seeded = size == SmallestSize && words == level.PolynomialWords;
        if (words != full && !seeded)
        {
            throw new SealFormatException($"{what} of {size} polynomials has {words} words, not {full} nor those of one polynomial and a seed");
        }

        if (cursor.Remaining < (long)words * sizeof(ulong))
        {
            throw new SealFormatException($"the object ends inside of {what}");
        }

        Ciphertext ciphertext = new(level, (int)size, isNttForm, scale);
        cursor.ReadWords(ciphertext.Words[..words], what);
        CheckWords(ciphertext.Words[..words], level.Moduli, parameters.PolyModulusDegree, what);
        if (seeded)
        {
            PrngSeed seed = cursor.ReadSeed();
            Expand(seed, level, ciphertext.Polynomial(1));
            seeds.Add(seed);
        }

        return ciphertext;
    }

    // The seed gives the words in the form that the ciphertext is in (seal-format 5.1).
    internal static void Expand(PrngSeed seed, Level level, Span<ulong> destination)
    {
        Span<ulong> moduli = stackalloc ulong[level.PrimeCount];
        for (int i = 0; i < moduli.Length; i++)
        {
            moduli[i] = level.Moduli[i].Value;
        }

        using SeededRandomSource source = seed.Expand();
        UniformSampler.Sample(source, moduli, level.Parameters.PolyModulusDegree, destination);
    }
}
