using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Identity;

/// <summary>
/// A BIP-39 recovery phrase: 128 to 256 bits of entropy and its checksum as 12, 15, 18, 21 or 24 English words. Holds the entropy,
/// which is secret; disposing wipes it.
/// </summary>
/// <remarks>
/// Two ways lead from a phrase to key material, and both are here. BIP-39 stretches the <em>words</em> to 64 bytes
/// (<see cref="DeriveBip39Seed"/>). Substrate's wallets (subkey, btcli) stretch the <em>entropy</em> and take the first 32 bytes as the
/// Ed25519 seed (<see cref="DeriveKeySeed"/>); keys of this network are made so, and <c>subkey inspect --scheme ed25519</c> shows the same address.
/// The phrase leaves this type only as a string for the person who writes it down; strings cannot be wiped, so ask for it once.
/// </remarks>
public sealed class Mnemonic : IDisposable
{
    private const int BitsPerWord = 11;
    private const int Iterations = 2048;

    private readonly byte[] entropy;
    private bool disposed;

    private Mnemonic(byte[] entropy) => this.entropy = entropy;

    /// <summary>Number of words.</summary>
    public int WordCount => entropy.Length * 8 * 33 / 32 / BitsPerWord;

    /// <summary>A new random phrase.</summary>
    /// <param name="random">Where the entropy comes from.</param>
    /// <param name="wordCount">12, 15, 18, 21 or 24.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number of words.</exception>
    public static Mnemonic Generate(IRandomSource random, int wordCount = 12)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (wordCount is not (12 or 15 or 18 or 21 or 24))
        {
            throw new ArgumentOutOfRangeException(nameof(wordCount), wordCount, "a phrase has 12, 15, 18, 21 or 24 words");
        }

        byte[] entropy = new byte[wordCount * BitsPerWord * 32 / 33 / 8];
        random.Fill(entropy);
        return new Mnemonic(entropy);
    }

    /// <summary>The phrase of given entropy.</summary>
    /// <exception cref="ArgumentException">Not 16, 20, 24, 28 or 32 bytes.</exception>
    public static Mnemonic FromEntropy(ReadOnlySpan<byte> entropy) => entropy.Length is 16 or 20 or 24 or 28 or 32
        ? new Mnemonic(entropy.ToArray())
        : throw new ArgumentException($"entropy has 16, 20, 24, 28 or 32 bytes, not {entropy.Length}", nameof(entropy));

    /// <summary>
    /// Reads words separated by white space, in any letter case. On failure <paramref name="error"/> says which word (by its position, never the
    /// word itself) or that the checksum is wrong.
    /// </summary>
    public static bool TryParse(string? phrase, [NotNullWhen(true)] out Mnemonic? mnemonic, [NotNullWhen(false)] out string? error)
    {
        mnemonic = null;
        string[] words = (phrase ?? "").Split((char[]?)null, 25, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length is not (12 or 15 or 18 or 21 or 24))
        {
            error = $"a recovery phrase has 12, 15, 18, 21 or 24 words, not {(words.Length > 24 ? "more" : words.Length)}";
            return false;
        }

        byte[] bits = new byte[(words.Length * BitsPerWord + 7) / 8];
        for (int i = 0; i < words.Length; i++)
        {
            int index = MnemonicWordList.English.IndexOf(words[i].ToLowerInvariant());
            if (index < 0)
            {
                CryptographicOperations.ZeroMemory(bits);
                error = $"word {i + 1} is not in the BIP-39 English word list";
                return false;
            }

            PutBits(bits, i * BitsPerWord, index);
        }

        byte[] entropy = bits[..(words.Length * BitsPerWord * 32 / 33 / 8)];
        int checksumBits = entropy.Length / 4;
        byte mask = (byte)(0xFF << (8 - checksumBits));
        bool matches = ((ChecksumByte(entropy) ^ bits[entropy.Length]) & mask) == 0;
        CryptographicOperations.ZeroMemory(bits);
        if (!matches)
        {
            CryptographicOperations.ZeroMemory(entropy);
            error = "the words are valid but their checksum is not: one is wrong or two are swapped";
            return false;
        }

        mnemonic = new Mnemonic(entropy);
        error = null;
        return true;
    }

    /// <summary>The words, lower case, one blank between them. Secret: for the owner's eyes only.</summary>
    public string ToPhrase()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        byte[] bits = [.. entropy, ChecksumByte(entropy), 0];
        StringBuilder phrase = new();
        for (int i = 0; i < WordCount; i++)
        {
            int position = i * BitsPerWord;
            int window = (bits[position / 8] << 16) | (bits[position / 8 + 1] << 8) | bits[Math.Min(position / 8 + 2, bits.Length - 1)];
            phrase.Append(i == 0 ? "" : " ").Append(MnemonicWordList.English[(window >> (24 - BitsPerWord - position % 8)) & 0x7FF]);
        }

        CryptographicOperations.ZeroMemory(bits);
        return phrase.ToString();
    }

    /// <summary>Writes Substrate's 32-byte key seed: PBKDF2-HMAC-SHA512 of the entropy, salt "mnemonic", 2048 rounds, first half.</summary>
    /// <exception cref="ArgumentException">The destination has not 32 bytes.</exception>
    public void DeriveKeySeed(Span<byte> destination)
    {
        if (destination.Length != 32)
        {
            throw new ArgumentException($"a key seed has 32 bytes, not {destination.Length}", nameof(destination));
        }

        Span<byte> stretched = stackalloc byte[64];
        StretchEntropy("", stretched);
        stretched[..32].CopyTo(destination);
        CryptographicOperations.ZeroMemory(stretched);
    }

    /// <summary>Writes BIP-39's own 64-byte seed: PBKDF2-HMAC-SHA512 of the words, salt "mnemonic" || passphrase, 2048 rounds.</summary>
    /// <exception cref="ArgumentException">The destination has not 64 bytes, or the passphrase is not ASCII (no normalisation is done here).</exception>
    public void DeriveBip39Seed(string passphrase, Span<byte> destination)
    {
        byte[] password = Encoding.ASCII.GetBytes(ToPhrase());
        Stretch(password, passphrase, destination);
        CryptographicOperations.ZeroMemory(password);
    }

    /// <summary>The 64 bytes of which <see cref="DeriveKeySeed"/> takes half, with Substrate's optional passphrase.</summary>
    internal void StretchEntropy(string passphrase, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Stretch(entropy, passphrase, destination);
    }

    /// <summary>Wipes the entropy.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(entropy);
        disposed = true;
    }

    private static void Stretch(ReadOnlySpan<byte> password, string passphrase, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        if (destination.Length != 64)
        {
            throw new ArgumentException($"a stretched seed has 64 bytes, not {destination.Length}", nameof(destination));
        }

        if (!Ascii.IsValid(passphrase))
        {
            throw new ArgumentException("a passphrase is ASCII", nameof(passphrase));
        }

        Rfc2898DeriveBytes.Pbkdf2(password, Encoding.ASCII.GetBytes("mnemonic" + passphrase), destination, Iterations, HashAlgorithmName.SHA512);
    }

    private static byte ChecksumByte(ReadOnlySpan<byte> entropy)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entropy, hash);
        return hash[0];
    }

    private static void PutBits(Span<byte> bits, int position, int value)
    {
        for (int bit = 0; bit < BitsPerWord; bit++)
        {
            int set = (value >> (BitsPerWord - 1 - bit)) & 1;
            bits[(position + bit) / 8] |= (byte)(set << (7 - (position + bit) % 8));
        }
    }
}
