using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits;

/// <summary>
/// A private file under AES-256-GCM, whose key is scrypt of a password. First line, card hash, cost and salt are in the clear and
/// authenticated. A salt is used for one file only, so the fixed nonce never meets a key twice.
/// </summary>
/// <remarks>Layout: first line || card 32 || be32 N || salt 16 || ciphertext || tag 16.</remarks>
internal static class SealedFile
{
    /// <summary>The longest file.</summary>
    public const int MaxBytes = 8 << 20;

    private const int CardBytes = 32;
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    private static readonly byte[] Nonce = new byte[12];

    /// <summary>Encrypts.</summary>
    /// <exception cref="ArgumentException">The password is empty, the cost outside its bounds, or the content too long.</exception>
    public static byte[] Seal(
        ReadOnlySpan<byte> firstLine, ReadOnlySpan<byte> card, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> password, ScryptCost cost, IRandomSource random)
    {
        int header = HeaderBytes(firstLine);
        if (password.IsEmpty || !cost.IsAcceptable || plain.Length > MaxBytes - header - TagBytes)
        {
            throw new ArgumentException($"a password is needed, a cost within its bounds, and content of less than {MaxBytes} bytes", nameof(password));
        }

        byte[] file = new byte[header + plain.Length + TagBytes];
        firstLine.CopyTo(file);
        card.CopyTo(file.AsSpan(firstLine.Length));
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(firstLine.Length + CardBytes), cost.N);
        random.Fill(file.AsSpan(header - SaltBytes, SaltBytes));
        using AesGcm aead = Open(firstLine, password, file.AsSpan(0, header));
        aead.Encrypt(Nonce, plain, file.AsSpan(header, plain.Length), file.AsSpan(header + plain.Length), file.AsSpan(0, header));
        return file;
    }

    /// <summary>Decrypts; the caller wipes the content.</summary>
    /// <exception cref="CircuitException">Not such a file, or not opened by this password.</exception>
    public static (byte[] Card, byte[] Plain) Unseal(ReadOnlySpan<byte> firstLine, ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        int header = HeaderBytes(firstLine);
        if (file.Length < header + TagBytes || file.Length > MaxBytes || !file.StartsWith(firstLine))
        {
            throw new CircuitException("the file is not the private circuit of such a card; give the circuit.bin that 'subnet model compile' wrote beside it.");
        }

        byte[] plain = GC.AllocateArray<byte>(file.Length - header - TagBytes, pinned: true);
        try
        {
            using AesGcm aead = Open(firstLine, password, file[..header]);
            aead.Decrypt(Nonce, file.Slice(header, plain.Length), file[^TagBytes..], plain, file[..header]);
            return (file.Slice(firstLine.Length, CardBytes).ToArray(), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plain);
            throw new CircuitException("the private circuit does not open; give the password it was made with, and the file unchanged.");
        }
    }

    /// <summary>The refusal of content that opens and is malformed.</summary>
    public static CircuitException Damaged() => new("the private circuit is damaged; compile the model again.");

    private static int HeaderBytes(ReadOnlySpan<byte> firstLine) => firstLine.Length + CardBytes + sizeof(int) + SaltBytes;

    private static AesGcm Open(ReadOnlySpan<byte> firstLine, ReadOnlySpan<byte> password, ReadOnlySpan<byte> header)
    {
        var cost = new ScryptCost(BinaryPrimitives.ReadInt32BigEndian(header[(firstLine.Length + CardBytes)..]), 8, 1);
        if (!cost.IsAcceptable)
        {
            throw new CircuitException("the private circuit names a cost outside its bounds; give the file unchanged.");
        }

        byte[] secret = password.ToArray();
        byte[] key = SCrypt.Generate(secret, header[^SaltBytes..].ToArray(), cost.N, cost.R, cost.P, KeyBytes);
        var aead = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
        return aead;
    }
}
