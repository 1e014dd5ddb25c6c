using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>
/// Reads the objects of SEAL 4.0 to 4.4 from bytes that nobody vouches for, and validates them against one parameter set as
/// strictly as SEAL 4.4 does: level, shape, scale, and that every word is below its prime (seal-format 13). Sizes that the bytes
/// claim are checked before memory is taken for them; compressed payloads are inflated up to the size that the parameters allow.
/// Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// The bytes do not say what kind of key an object is (a secret key looks like a plaintext, Galois keys like relinearization
/// keys), and neither that a key is well formed: a public or relinearization key of the wrong secret, or one shaped to leak, passes.
/// </remarks>
public sealed partial class SealReader
{
    /// <summary>The most Galois keys that are read unless the constructor says otherwise.</summary>
    public const int DefaultMaxGaloisKeyCount = 256;

    private readonly int maxGaloisKeyCount;

    /// <summary>A reader for objects of one parameter set.</summary>
    /// <param name="parameters">What everything is validated against.</param>
    /// <param name="maxGaloisKeyCount">More Galois keys than this are refused: each takes 16 N k (k - 1) bytes of memory.</param>
    public SealReader(Parameters parameters, int maxGaloisKeyCount = DefaultMaxGaloisKeyCount)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(maxGaloisKeyCount);
        Parameters = parameters;
        this.maxGaloisKeyCount = Math.Min(maxGaloisKeyCount, parameters.PolyModulusDegree);
    }

    private delegate T PayloadReader<TState, T>(TState state, ref SealCursor cursor, List<PrngSeed> seeds);

    /// <summary>The parameter set.</summary>
    public Parameters Parameters { get; }

    /// <summary>Reads one object whose payload has at most <paramref name="limit"/> bytes.</summary>
    private static SealReadResult<T> Open<TState, T>(
        ReadOnlySpan<byte> source, bool allowTrailing, long limit, TState state, PayloadReader<TState, T> read)
    {
        SealHeader header = SealEnvelope.ReadHeader(source, allowTrailing);
        ReadOnlySpan<byte> payload = source[SealHeader.ByteCount..(int)header.Size];
        if (header.Compression == SealCompression.None)
        {
            return Parse(header, payload, state, read);
        }

        using BoundedOutput inflated = SealEnvelope.Inflate(header.Compression, payload, limit);
        return Parse(header, inflated.Written, state, read);
    }

    private static SealReadResult<T> Parse<TState, T>(
        SealHeader header, ReadOnlySpan<byte> payload, TState state, PayloadReader<TState, T> read)
    {
        SealCursor cursor = new(payload);
        List<PrngSeed> seeds = [];
        T value = read(state, ref cursor, seeds);
        if (cursor.Remaining != 0)
        {
            throw new SealFormatException($"{cursor.Remaining} bytes of the object are left over");
        }

        return new SealReadResult<T>(value, header, seeds);
    }

    private static void CheckWords(ReadOnlySpan<ulong> words, ReadOnlySpan<Modulus> moduli, int degree, string what)
    {
        for (int i = 0; i < words.Length / degree; i++)
        {
            ulong modulus = moduli[i % moduli.Length].Value;
            if (!WordRange.AllBelow(words.Slice(i * degree, degree), modulus))
            {
                throw new SealFormatException($"a word of {what} is not below its prime {modulus}");
            }
        }
    }

    internal static void CheckCiphertextScale(Parameters parameters, double scale, string what)
    {
        CheckPlaintextScale(parameters, scale, what);
        if (parameters.Scheme != Scheme.Ckks && scale != 1.0)
        {
            throw new SealFormatException($"{what} has scale {scale}; that of BFV is 1");
        }
    }

    // Only CKKS gives the scale of a plaintext a meaning, and only there SEAL looks at it.
    private static void CheckPlaintextScale(Parameters parameters, double scale, string what)
    {
        if (parameters.Scheme == Scheme.Ckks && !(double.IsNormal(scale) && scale > 0))
        {
            throw new SealFormatException($"{what} has scale {scale}; a CKKS scale is positive, finite and normal");
        }
    }

    private Level FindDataLevel(ParametersId id, string what)
    {
        Level level = Parameters.FindLevel(id)
            ?? throw new SealFormatException($"{what} belongs to other parameters: its id {id} is none of {Parameters}");
        return level.IsDataLevel
            ? level
            : throw new SealFormatException($"{what} is at the key level, where only keys are");
    }

    private void CheckKeyLevel(ParametersId id, string what)
    {
        if (id != Parameters.KeyLevel.Id)
        {
            throw new SealFormatException(
                Parameters.FindLevel(id) is { } level
                    ? $"{what} is at {level}; keys are at {Parameters.KeyLevel}"
                    : $"{what} belongs to other parameters: its id {id} is none of {Parameters}");
        }
    }
}
