using System.Buffers.Binary;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Seal.Packed;

/// <summary>
/// Reads the packed container from bytes that nobody vouches for: the length must be exactly what the fields and the parameters
/// say, every residue below its prime, all padding zero. So an object has one packed form only. Immutable and safe for
/// concurrent use.
/// </summary>
public sealed class PackedReader
{
    private readonly int maxGaloisKeyCount;

    /// <summary>A reader for objects of one parameter set.</summary>
    /// <param name="parameters">What everything is validated against.</param>
    /// <param name="maxGaloisKeyCount">More Galois keys than this are refused.</param>
    public PackedReader(Parameters parameters, int maxGaloisKeyCount = SealReader.DefaultMaxGaloisKeyCount)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(maxGaloisKeyCount);
        Parameters = parameters;
        this.maxGaloisKeyCount = Math.Min(maxGaloisKeyCount, parameters.PolyModulusDegree);
    }

    /// <summary>The parameter set.</summary>
    public Parameters Parameters { get; }

    /// <summary>Whether the bytes start like a packed container.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> source) => source.StartsWith(PackedFormat.Magic);

    /// <summary>Reads a ciphertext.</summary>
    /// <exception cref="SealFormatException">The bytes are not a packed ciphertext of these parameters.</exception>
    public Ciphertext ReadCiphertext(ReadOnlySpan<byte> source, out PrngSeed? seed)
    {
        ParametersId id = ReadHeader(ref source, PackedKind.Ciphertext);
        Level level = Parameters.FindLevel(id) is { IsDataLevel: true } found
            ? found
            : throw new SealFormatException($"the packed ciphertext has the id {id}, which is no data level of {Parameters}");
        return ReadCiphertext(source, level, out seed);
    }

    /// <summary>Reads a public key.</summary>
    /// <exception cref="SealFormatException">The bytes are not a packed public key of these parameters.</exception>
    public PublicKey ReadPublicKey(ReadOnlySpan<byte> source, out PrngSeed? seed)
    {
        CheckKeyLevel(ReadHeader(ref source, PackedKind.PublicKey));
        Ciphertext zero = ReadCiphertext(source, Parameters.KeyLevel, out seed);
        return zero is { Size: 2, IsNttForm: true }
            ? new PublicKey(zero)
            : throw new SealFormatException($"a packed public key has 2 polynomials in NTT form, not {zero.Size}");
    }

    /// <summary>Reads relinearization keys.</summary>
    /// <exception cref="SealFormatException">The bytes are not packed relinearization keys of these parameters.</exception>
    public RelinearizationKeys ReadRelinearizationKeys(ReadOnlySpan<byte> source, out IReadOnlyList<PrngSeed> seeds)
    {
        SortedDictionary<int, KeySwitchKey> keys = ReadKeys(
            source, PackedKind.RelinearizationKeys, RelinearizationKeys.MaxCount, power => power is >= 2 and < Ciphertext.MaxSize, out seeds);
        int last = keys.Count == 0 ? 1 : keys.Keys.Last();
        return new RelinearizationKeys(Parameters, [.. Enumerable.Range(2, last - 1).Select(keys.GetValueOrDefault)]);
    }

    /// <summary>Reads Galois keys, at most as many as the constructor was told.</summary>
    /// <exception cref="SealFormatException">The bytes are not packed Galois keys of these parameters.</exception>
    public GaloisKeys ReadGaloisKeys(ReadOnlySpan<byte> source, out IReadOnlyList<PrngSeed> seeds) => new(
        Parameters,
        ReadKeys(
            source,
            PackedKind.GaloisKeys,
            maxGaloisKeyCount,
            element => element % 2 == 1 && element < 2 * (uint)Parameters.PolyModulusDegree,
            out seeds));

    private static ParametersId ReadHeader(ref ReadOnlySpan<byte> source, PackedKind kind)
    {
        if (source.Length < PackedFormat.HeaderByteCount || !IsPacked(source))
        {
            throw new SealFormatException("not a packed container: it does not start with its header");
        }

        if (source[PackedFormat.Magic.Length] != (byte)kind)
        {
            throw new SealFormatException($"the packed container holds kind {source[PackedFormat.Magic.Length]}, not {(byte)kind} ({kind})");
        }

        ParametersId id = new(source.Slice(PackedFormat.Magic.Length + 1, ParametersId.ByteCount));
        source = source[PackedFormat.HeaderByteCount..];
        return id;
    }

    private static void CheckLength(ReadOnlySpan<byte> source, long expected)
    {
        if (source.Length != expected)
        {
            throw new SealFormatException($"the body of the packed container has {source.Length} bytes, its fields ask for {expected}");
        }
    }

    private static byte ReadFlags(ReadOnlySpan<byte> source, int needed)
    {
        if (source.Length < needed)
        {
            throw new SealFormatException("the packed container is cut off");
        }

        return source[0] <= (PackedFormat.NttFlag | PackedFormat.SeededFlag)
            ? source[0]
            : throw new SealFormatException($"the packed container has unknown flags {source[0]}");
    }

    private static PrngSeed? ReadPolynomials(ref ReadOnlySpan<byte> source, Ciphertext destination, bool seeded)
    {
        for (int polynomial = 0; polynomial < (seeded ? 1 : destination.Size); polynomial++)
        {
            for (int prime = 0; prime < destination.Level.PrimeCount; prime++)
            {
                ulong modulus = destination.Level.Moduli[prime].Value;
                int bits = destination.Level.Moduli[prime].BitLength;
                Span<ulong> limb = destination.Limb(polynomial, prime);
                int bytes = ResiduePacking.ByteCount(limb.Length, bits);
                if (!ResiduePacking.TryUnpack(source[..bytes], bits, limb) || !WordRange.AllBelow(limb, modulus))
                {
                    throw new SealFormatException($"a packed residue is not below its prime {modulus}, or the padding is not zero");
                }

                source = source[bytes..];
            }
        }

        if (!seeded)
        {
            return null;
        }

        if (source[0] is not ((byte)PrngType.Blake2Xb or (byte)PrngType.Shake256))
        {
            throw new SealFormatException($"generator type {source[0]} cannot be expanded; 1 (Blake2xb) and 2 (SHAKE256) can");
        }

        PrngSeed seed = new((PrngType)source[0], source.Slice(1, PrngSeed.ByteCount));
        source = source[PackedFormat.SeedByteCount..];
        SealReader.Expand(seed, destination.Level, destination.Polynomial(1));
        return seed;
    }

    private Ciphertext ReadCiphertext(ReadOnlySpan<byte> source, Level level, out PrngSeed? seed)
    {
        byte flags = ReadFlags(source, PackedFormat.CiphertextByteCount);
        bool seeded = (flags & PackedFormat.SeededFlag) != 0;
        int size = source[1];
        if (size is < 2 or > Ciphertext.MaxSize || (seeded && size != 2))
        {
            throw new SealFormatException(
                $"the packed ciphertext has {size} polynomials; 2 to {Ciphertext.MaxSize} are allowed, and 2 where a seed stands for one");
        }

        double scale = BinaryPrimitives.ReadDoubleLittleEndian(source[2..]);
        SealReader.CheckCiphertextScale(Parameters, scale, "the packed ciphertext");
        source = source[PackedFormat.CiphertextByteCount..];
        CheckLength(source, seeded ? PackedFormat.PairByteCount(level, seeded: true) : size * PackedFormat.PolynomialByteCount(level));
        Ciphertext ciphertext = new(level, size, (flags & PackedFormat.NttFlag) != 0, scale);
        seed = ReadPolynomials(ref source, ciphertext, seeded);
        return ciphertext;
    }

    private SortedDictionary<int, KeySwitchKey> ReadKeys(
        ReadOnlySpan<byte> source, PackedKind kind, int most, Func<uint, bool> isIndex, out IReadOnlyList<PrngSeed> seeds)
    {
        CheckKeyLevel(ReadHeader(ref source, kind));
        if (!Parameters.HasSpecialPrime)
        {
            throw new SealFormatException($"{Parameters} has no key switching, so no such keys");
        }

        byte flags = ReadFlags(source, PackedFormat.KeysByteCount);
        bool seeded = (flags & PackedFormat.SeededFlag) != 0;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(source[1..]);
        if ((flags & PackedFormat.NttFlag) == 0 || count > most)
        {
            throw new SealFormatException($"{count} packed keys are announced, at most {most} in NTT form are accepted here");
        }

        int digitCount = Parameters.FirstDataLevel.PrimeCount;
        source = source[PackedFormat.KeysByteCount..];
        CheckLength(source, count * (sizeof(uint) + (digitCount * PackedFormat.PairByteCount(Parameters.KeyLevel, seeded))));
        SortedDictionary<int, KeySwitchKey> keys = [];
        List<PrngSeed> found = [];
        long previous = -1;
        for (uint i = 0; i < count; i++)
        {
            uint index = BinaryPrimitives.ReadUInt32LittleEndian(source);
            source = source[sizeof(uint)..];
            if (index <= previous || !isIndex(index))
            {
                throw new SealFormatException($"the packed key number {i} is for {index}, which is impossible or out of order");
            }

            previous = index;
            Ciphertext[] digits = new Ciphertext[digitCount];
            for (int j = 0; j < digits.Length; j++)
            {
                digits[j] = new Ciphertext(Parameters.KeyLevel, 2, isNttForm: true);
                if (ReadPolynomials(ref source, digits[j], seeded) is { } seed)
                {
                    found.Add(seed);
                }
            }

            keys.Add((int)index, new KeySwitchKey(Parameters, digits));
        }

        seeds = found;
        return keys;
    }

    private void CheckKeyLevel(ParametersId id)
    {
        if (id != Parameters.KeyLevel.Id)
        {
            throw new SealFormatException($"the packed key has the id {id}, not that of the key level of {Parameters}");
        }
    }
}
