using System.Buffers.Binary;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Seal.Packed;

/// <summary>
/// Writes ciphertexts and public keys in the packed container: about 69 % of SEAL's uncompressed bytes at 44-bit primes, and
/// fewer than zlib or Zstandard reach. <see cref="PackedReader"/> reads them. Secret keys are not packed: they do not travel.
/// </summary>
public static class PackedWriter
{
    /// <summary>Writes a ciphertext.</summary>
    /// <param name="ciphertext">What to write.</param>
    /// <param name="seed">The seed of the second of two polynomials, or null to write all.</param>
    /// <exception cref="ArgumentException">A seed is given for another size than 2.</exception>
    public static byte[] Write(Ciphertext ciphertext, PrngSeed? seed = null)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        return Write(PackedKind.Ciphertext, ciphertext, seed);
    }

    /// <summary>Writes a public key.</summary>
    /// <param name="key">What to write.</param>
    /// <param name="seed">The seed of its second polynomial, or null to write both.</param>
    public static byte[] Write(PublicKey key, PrngSeed? seed = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Write(PackedKind.PublicKey, key.Ciphertext, seed);
    }

    /// <summary>Writes relinearization keys.</summary>
    /// <param name="keys">What to write.</param>
    /// <param name="seeds">The seeds of all digits in the order of the powers, or null to write everything.</param>
    /// <exception cref="ArgumentException">The number of seeds is not that of the digits.</exception>
    public static byte[] Write(RelinearizationKeys keys, IReadOnlyList<PrngSeed>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WriteKeys(
            PackedKind.RelinearizationKeys,
            keys.Parameters,
            [.. Enumerable.Range(2, keys.Count).Select(power => (power, keys.Find(power))).Where(entry => entry.Item2 is not null)],
            seeds);
    }

    /// <summary>Writes Galois keys.</summary>
    /// <param name="keys">What to write.</param>
    /// <param name="seeds">The seeds of all digits in the order of the Galois elements, or null to write everything.</param>
    /// <exception cref="ArgumentException">The number of seeds is not that of the digits.</exception>
    public static byte[] Write(GaloisKeys keys, IReadOnlyList<PrngSeed>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WriteKeys(
            PackedKind.GaloisKeys, keys.Parameters, [.. keys.Elements.Select(element => (element, keys.Find(element)))], seeds);
    }

    private static byte[] Write(PackedKind kind, Ciphertext ciphertext, PrngSeed? seed)
    {
        if (seed is not null && ciphertext.Size != 2)
        {
            throw new ArgumentException($"a seed can stand for the second of 2 polynomials, not of {ciphertext.Size}", nameof(seed));
        }

        Level level = ciphertext.Level;
        long polynomials = seed is null
            ? ciphertext.Size * PackedFormat.PolynomialByteCount(level)
            : PackedFormat.PairByteCount(level, seeded: true);
        byte[] result = new byte[PackedFormat.HeaderByteCount + PackedFormat.CiphertextByteCount + polynomials];
        Span<byte> rest = WriteHeader(result, kind, level.Id);
        rest[0] = (byte)((ciphertext.IsNttForm ? PackedFormat.NttFlag : 0) | (seed is null ? 0 : PackedFormat.SeededFlag));
        rest[1] = (byte)ciphertext.Size;
        BinaryPrimitives.WriteDoubleLittleEndian(rest[2..], ciphertext.Scale);
        rest = rest[PackedFormat.CiphertextByteCount..];
        WritePolynomials(ref rest, ciphertext, seed);
        return result;
    }

    private static byte[] WriteKeys(
        PackedKind kind, Parameters parameters, IReadOnlyList<(int Index, KeySwitchKey? Key)> entries, IReadOnlyList<PrngSeed>? seeds)
    {
        int digits = entries.Sum(entry => entry.Key!.DigitCount);
        if (seeds is not null && seeds.Count != digits)
        {
            throw new ArgumentException($"{seeds.Count} seeds are given for {digits} digits", nameof(seeds));
        }

        byte[] result = new byte[PackedFormat.HeaderByteCount + PackedFormat.KeysByteCount + ((long)sizeof(uint) * entries.Count)
            + (digits * PackedFormat.PairByteCount(parameters.KeyLevel, seeds is not null))];
        Span<byte> rest = WriteHeader(result, kind, parameters.KeyLevel.Id);
        rest[0] = (byte)(PackedFormat.NttFlag | (seeds is null ? 0 : PackedFormat.SeededFlag));
        BinaryPrimitives.WriteUInt32LittleEndian(rest[1..], (uint)entries.Count);
        rest = rest[PackedFormat.KeysByteCount..];
        int written = 0;
        foreach ((int index, KeySwitchKey? key) in entries)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)index);
            rest = rest[sizeof(uint)..];
            for (int i = 0; i < key!.DigitCount; i++)
            {
                WritePolynomials(ref rest, key.Digit(i), seeds?[written++]);
            }
        }

        return result;
    }

    private static Span<byte> WriteHeader(Span<byte> destination, PackedKind kind, ParametersId id)
    {
        PackedFormat.Magic.CopyTo(destination);
        destination[PackedFormat.Magic.Length] = (byte)kind;
        id.CopyTo(destination[(PackedFormat.Magic.Length + 1)..]);
        return destination[PackedFormat.HeaderByteCount..];
    }

    private static void WritePolynomials(ref Span<byte> destination, Ciphertext ciphertext, PrngSeed? seed)
    {
        for (int polynomial = 0; polynomial < (seed is null ? ciphertext.Size : 1); polynomial++)
        {
            for (int prime = 0; prime < ciphertext.Level.PrimeCount; prime++)
            {
                int bits = ciphertext.Level.Moduli[prime].BitLength;
                Span<ulong> limb = ciphertext.Limb(polynomial, prime);
                int bytes = ResiduePacking.ByteCount(limb.Length, bits);
                ResiduePacking.Pack(limb, bits, destination[..bytes]);
                destination = destination[bytes..];
            }
        }

        if (seed is not null)
        {
            destination[0] = (byte)seed.Type;
            seed.Bytes.CopyTo(destination[1..]);
            destination = destination[PackedFormat.SeedByteCount..];
        }
    }
}
