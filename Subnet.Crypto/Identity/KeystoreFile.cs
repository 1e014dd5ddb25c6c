using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Generators;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Identity;

/// <summary>
/// One key, encrypted under a password: JSON with the public key and address in the clear and the 32-byte seed under AES-256-GCM, whose
/// key is scrypt of the password. Every clear member is authenticated with the seed, so none can be swapped unnoticed.
/// </summary>
/// <remarks>
/// Who holds the file learns the address and can guess passwords at scrypt's price, no more. A salt is used for one file only, so the fixed nonce of
/// the AEAD never meets the same key twice. Files are small: longer than <see cref="MaxByteCount"/> is refused unread.
/// </remarks>
public static class KeystoreFile
{
    /// <summary>The value of the member <c>format</c>.</summary>
    public const string Format = "subnet/keystore/1";

    /// <summary>Longest file that is read.</summary>
    public const int MaxByteCount = 4096;

    private const string WarningMember = "unfit_for_secrets";
    private const string SeededWarning = "this key comes from a seed that others know";
    private const string Kdf = "scrypt";
    private const string Cipher = "aes-256-gcm";
    private const int SaltByteCount = 32;
    private const int TagByteCount = 16;

    /// <summary>Encrypts a key. The password is UTF-8 and may not be empty.</summary>
    /// <param name="key">The key.</param>
    /// <param name="role">Coldkey or hotkey.</param>
    /// <param name="password">What opens the file.</param>
    /// <param name="cost">Price of a guess.</param>
    /// <param name="random">Where the salt comes from.</param>
    /// <param name="isSeeded">Whether others can derive the key: the file says so to whoever reads it, and cannot lose the mark unnoticed.</param>
    /// <returns>The file's bytes, UTF-8 with a line feed at the end.</returns>
    /// <exception cref="ArgumentException">The password is empty or the cost outside its bounds.</exception>
    public static byte[] Seal(SigningKey key, KeyRole role, ReadOnlySpan<byte> password, ScryptCost cost, IRandomSource random, bool isSeeded = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(random);
        if (password.IsEmpty)
        {
            throw new ArgumentException("a keystore needs a password", nameof(password));
        }

        if (!cost.IsAcceptable)
        {
            throw new ArgumentException("scrypt takes N = 2^14..2^18, r = 8, p = 1..4", nameof(cost));
        }

        byte[] salt = new byte[SaltByteCount];
        random.Fill(salt);
        KeystoreHeader header = new(role, key.PublicKey.ToArray(), cost, salt, isSeeded);
        Span<byte> seed = stackalloc byte[SigningKey.SeedByteCount];
        byte[] sealedSeed = new byte[SigningKey.SeedByteCount + TagByteCount];
        key.CopySeed(seed);
        using (AesGcm aead = Open(password, header))
        {
            aead.Encrypt(
                stackalloc byte[12], seed, sealedSeed.AsSpan(0, seed.Length), sealedSeed.AsSpan(seed.Length), header.AssociatedData(Kdf, Cipher));
        }

        CryptographicOperations.ZeroMemory(seed);
        return Write(header, sealedSeed);
    }

    /// <summary>Reads role, public key and cost without a password. They are authenticated only by <see cref="Unseal"/>.</summary>
    /// <exception cref="KeystoreException">Not a keystore file.</exception>
    public static KeystoreHeader ReadHeader(ReadOnlySpan<byte> file) => Parse(file).Header;

    /// <summary>Decrypts the key.</summary>
    /// <exception cref="KeystoreException">Malformed, out of bounds, or not opened by this password.</exception>
    public static SigningKey Unseal(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        (KeystoreHeader header, byte[] sealedSeed) = Parse(file);
        Span<byte> seed = stackalloc byte[SigningKey.SeedByteCount];
        try
        {
            using AesGcm aead = Open(password, header);
            aead.Decrypt(
                stackalloc byte[12],
                sealedSeed.AsSpan(0, seed.Length),
                sealedSeed.AsSpan(seed.Length),
                seed,
                header.AssociatedData(Kdf, Cipher));
        }
        catch (AuthenticationTagMismatchException fault)
        {
            throw new KeystoreException(KeystoreFault.Password, "wrong password, or the file was changed", fault);
        }

        SigningKey key = SigningKey.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        if (!key.PublicKey.SequenceEqual(header.PublicKey.Span))
        {
            key.Dispose();
            throw new KeystoreException(KeystoreFault.Malformed, "the public key of the file is not that of its secret key");
        }

        return key;
    }

    private static AesGcm Open(ReadOnlySpan<byte> password, KeystoreHeader header)
    {
        byte[] secret = password.ToArray();
        byte[] derived = SCrypt.Generate(secret, header.Salt.ToArray(), header.Cost.N, header.Cost.R, header.Cost.P, 32);
        AesGcm aead = new(derived, TagByteCount);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(derived);
        return aead;
    }

    private static byte[] Write(KeystoreHeader header, byte[] sealedSeed)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            if (header.IsSeeded)
            {
                json.WriteString(WarningMember, SeededWarning);
            }

            json.WriteString("role", header.RoleWord);
            json.WriteString("address", header.Address);
            json.WriteString("public_key", Convert.ToHexStringLower(header.PublicKey.Span));
            json.WriteString("kdf", Kdf);
            json.WriteNumber("n", header.Cost.N);
            json.WriteNumber("r", header.Cost.R);
            json.WriteNumber("p", header.Cost.P);
            json.WriteString("salt", Convert.ToHexStringLower(header.Salt.Span));
            json.WriteString("cipher", Cipher);
            json.WriteString("sealed_seed", Convert.ToHexStringLower(sealedSeed));
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static (KeystoreHeader Header, byte[] SealedSeed) Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxByteCount)
        {
            throw Malformed($"has {file.Length} bytes; a keystore file has at most {MaxByteCount}");
        }

        Dictionary<string, string> members = Members(file);
        string Member(string name) => members.Remove(name, out string? value) ? value : throw Malformed($"lacks the member '{name}'");
        if (Member("format") is var format && format != Format)
        {
            throw Malformed($"is not of the format {Format}");
        }

        bool isSeeded = members.Remove(WarningMember, out string? warning);
        if (isSeeded && warning != SeededWarning)
        {
            throw Malformed($"has a member '{WarningMember}' that says something else than this build writes");
        }

        KeyRole role = Member("role") switch
        {
            "coldkey" => KeyRole.Coldkey,
            "hotkey" => KeyRole.Hotkey,
            _ => throw Malformed("has a role that is neither coldkey nor hotkey"),
        };
        string address = Member("address");
        byte[] publicKey = Bytes("public_key", Member("public_key"), Ss58Address.PublicKeyByteCount);
        string kdf = Member("kdf");
        ScryptCost cost = new(Number("n", Member("n")), Number("r", Member("r")), Number("p", Member("p")));
        byte[] salt = Bytes("salt", Member("salt"), SaltByteCount);
        string cipher = Member("cipher");
        byte[] sealedSeed = Bytes("sealed_seed", Member("sealed_seed"), SigningKey.SeedByteCount + TagByteCount);
        if (members.Count > 0)
        {
            throw Malformed("has a member that the format does not know");
        }

        if (kdf != Kdf || cipher != Cipher)
        {
            throw Malformed($"uses another kdf or cipher than {Kdf} and {Cipher}");
        }

        if (!cost.IsAcceptable)
        {
            throw new KeystoreException(
                KeystoreFault.Cost, $"the keystore file asks for scrypt N = {cost.N}, r = {cost.R}, p = {cost.P}; taken are N = 2^14..2^18, r = 8, p = 1..4");
        }

        KeystoreHeader header = new(role, publicKey, cost, salt, isSeeded);
        return header.Address == address
            ? (header, sealedSeed)
            : throw Malformed("has an address that is not that of its public key");
    }

    private static Dictionary<string, string> Members(ReadOnlySpan<byte> file)
    {
        Dictionary<string, string> members = [];
        try
        {
            Utf8JsonReader json = new(file, new JsonReaderOptions { MaxDepth = 2 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw Malformed("is not a JSON object");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString() ?? "";
                json.Read();
                string value = json.TokenType switch
                {
                    JsonTokenType.String => json.GetString() ?? "",
                    JsonTokenType.Number => Encoding.ASCII.GetString(json.ValueSpan),
                    _ => throw Malformed("has a member that is neither text nor number"),
                };
                if (!members.TryAdd(name, value))
                {
                    throw Malformed("has a member twice");
                }
            }

            return json.Read() ? throw Malformed("goes on after its object") : members;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new KeystoreException(KeystoreFault.Malformed, "the keystore file is not JSON", fault);
        }
    }

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Malformed($"has a member '{name}' that is not a small whole number");

    private static byte[] Bytes(string name, string text, int length)
    {
        byte[] bytes = new byte[length];
        return text.Length == 2 * length
            && !text.AsSpan().ContainsAnyInRange('A', 'Z')
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? bytes
                : throw Malformed($"has a member '{name}' that is not {length} bytes of lower-case hex");
    }

    private static KeystoreException Malformed(string what) => new(KeystoreFault.Malformed, $"the keystore file {what}");
}
