using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>
/// Writes objects as SEAL 4.1 does, uncompressed byte for byte. Where a seed is given, the polynomial that it stands for is left
/// out and the seed written in its place; the caller vouches that the polynomial is the expansion of the seed.
/// </summary>
/// <remarks>
/// Compression none and zlib; SEAL accepts both. Ciphertexts are close to random, so zlib saves the zero top bits of the words
/// and little else; <see cref="Packed.PackedWriter"/> saves them exactly.
/// </remarks>
public static class SealWriter
{
    /// <summary>Writes encryption parameters.</summary>
    /// <exception cref="ArgumentException">The compression cannot be written.</exception>
    public static byte[] Write(ParametersLiteral parameters, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        SealBuffer buffer = new(SealSize.Parameters(parameters.CoeffModulus.Count));
        buffer.WriteByte((byte)parameters.Scheme);
        buffer.WriteWord((ulong)parameters.PolyModulusDegree);
        buffer.WriteWord((ulong)parameters.CoeffModulus.Count);
        foreach (ulong prime in parameters.CoeffModulus)
        {
            buffer.WriteModulus(prime);
        }

        buffer.WriteModulus(parameters.PlainModulus);
        return buffer.ToArray(compression);
    }

    /// <summary>Writes encryption parameters.</summary>
    /// <exception cref="ArgumentException">The compression cannot be written.</exception>
    public static byte[] Write(Parameters parameters, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Write(parameters.ToLiteral(), compression);
    }

    /// <summary>Writes a plaintext.</summary>
    /// <exception cref="ArgumentException">The compression cannot be written.</exception>
    public static byte[] Write(Plaintext plaintext, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        SealBuffer buffer = new(SealSize.Plaintext(plaintext.Count));
        WritePlaintext(ref buffer, plaintext.ParametersId, plaintext.Words, plaintext.Scale);
        return buffer.ToArray(compression);
    }

    /// <summary>Writes a secret key. The caller wipes the bytes when they are not needed any more.</summary>
    /// <exception cref="ArgumentException">The compression cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public static byte[] Write(SecretKey key, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(key);
        SealBuffer buffer = new(SealSize.SecretKey(key.Parameters));
        WritePlaintext(ref buffer, key.Parameters.KeyLevel.Id, key.Words, 1.0);
        return buffer.ToArray(compression);
    }

    /// <summary>Writes a ciphertext.</summary>
    /// <param name="ciphertext">What to write.</param>
    /// <param name="compression">None or zlib.</param>
    /// <param name="seed">The seed of the second of two polynomials, or null to write both.</param>
    /// <exception cref="ArgumentException">The compression cannot be written, or a seed is given for another size than 2.</exception>
    public static byte[] Write(Ciphertext ciphertext, SealCompression compression = SealCompression.None, PrngSeed? seed = null)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        SealBuffer buffer = new(CiphertextSize(ciphertext, seed));
        WriteCiphertext(ref buffer, ciphertext, seed);
        return buffer.ToArray(compression);
    }

    /// <summary>Writes a public key.</summary>
    /// <param name="key">What to write.</param>
    /// <param name="compression">None or zlib.</param>
    /// <param name="seed">The seed of its second polynomial, or null to write both.</param>
    /// <exception cref="ArgumentException">The compression cannot be written.</exception>
    public static byte[] Write(PublicKey key, SealCompression compression = SealCompression.None, PrngSeed? seed = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Write(key.Ciphertext, compression, seed);
    }

    /// <summary>Writes relinearization keys.</summary>
    /// <param name="keys">What to write.</param>
    /// <param name="compression">None or zlib.</param>
    /// <param name="seeds">The seeds of all digits in the order of the powers, or null to write everything.</param>
    /// <exception cref="ArgumentException">The compression cannot be written, or the number of seeds is not that of the digits.</exception>
    public static byte[] Write(
        RelinearizationKeys keys, SealCompression compression = SealCompression.None, IReadOnlyList<PrngSeed>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WriteKeys(keys.Parameters, [.. Enumerable.Range(2, keys.Count).Select(keys.Find)], compression, seeds);
    }

    /// <summary>Writes Galois keys.</summary>
    /// <param name="keys">What to write.</param>
    /// <param name="compression">None or zlib.</param>
    /// <param name="seeds">The seeds of all digits in the order of the Galois elements, or null to write everything.</param>
    /// <exception cref="ArgumentException">The compression cannot be written, or the number of seeds is not that of the digits.</exception>
    public static byte[] Write(GaloisKeys keys, SealCompression compression = SealCompression.None, IReadOnlyList<PrngSeed>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        KeySwitchKey?[] entries = new KeySwitchKey?[keys.Parameters.PolyModulusDegree];
        foreach (int element in keys.Elements)
        {
            entries[GaloisElement.Index(element)] = keys.Find(element);
        }

        return WriteKeys(keys.Parameters, entries, compression, seeds);
    }

    private static byte[] WriteKeys(
        Parameters parameters, KeySwitchKey?[] entries, SealCompression compression, IReadOnlyList<PrngSeed>? seeds)
    {
        int digits = entries.Sum(entry => entry?.DigitCount ?? 0);
        if (seeds is not null && seeds.Count != digits)
        {
            throw new ArgumentException($"{seeds.Count} seeds are given for {digits} digits", nameof(seeds));
        }

        long digitSize = SealSize.PublicKey(parameters, seeds is not null);
        SealBuffer buffer = new(
            SealHeader.ByteCount + ParametersId.ByteCount + sizeof(ulong) + ((long)sizeof(ulong) * entries.Length) + (digits * digitSize));
        buffer.WriteParametersId(parameters.KeyLevel.Id);
        buffer.WriteWord((ulong)entries.Length);
        int written = 0;
        foreach (KeySwitchKey? entry in entries)
        {
            buffer.WriteWord((ulong)(entry?.DigitCount ?? 0));
            for (int i = 0; i < (entry?.DigitCount ?? 0); i++)
            {
                buffer.WriteHeader(digitSize);
                WriteCiphertext(ref buffer, entry!.Digit(i), seeds?[written]);
                written++;
            }
        }

        return buffer.ToArray(compression);
    }

    private static long CiphertextSize(Ciphertext ciphertext, PrngSeed? seed)
    {
        if (seed is null)
        {
            return SealSize.Ciphertext(ciphertext.Level, ciphertext.Size);
        }

        return ciphertext.Size == 2
            ? SealSize.SeededCiphertext(ciphertext.Level)
            : throw new ArgumentException($"a seed can stand for the second of 2 polynomials, not of {ciphertext.Size}", nameof(seed));
    }

    private static void WriteCiphertext(ref SealBuffer buffer, Ciphertext ciphertext, PrngSeed? seed)
    {
        Level level = ciphertext.Level;
        buffer.WriteParametersId(level.Id);
        buffer.WriteByte(ciphertext.IsNttForm ? (byte)1 : (byte)0);
        buffer.WriteWord((ulong)ciphertext.Size);
        buffer.WriteWord((ulong)level.Parameters.PolyModulusDegree);
        buffer.WriteWord((ulong)level.PrimeCount);
        buffer.WriteDouble(ciphertext.Scale);
        buffer.WriteWord(1);
        if (seed is null)
        {
            buffer.WriteArray(ciphertext.Words);
        }
        else
        {
            buffer.WriteArray(ciphertext.Polynomial(0));
            buffer.WriteSeed(seed);
        }
    }

    private static void WritePlaintext(ref SealBuffer buffer, ParametersId id, ReadOnlySpan<ulong> words, double scale)
    {
        buffer.WriteParametersId(id);
        buffer.WriteWord((ulong)words.Length);
        buffer.WriteDouble(scale);
        buffer.WriteArray(words);
    }
}
