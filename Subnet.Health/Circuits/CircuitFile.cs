using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits;

/// <summary>The private side of a keyless card. Disposing wipes it.</summary>
/// <param name="Card">Hash of the card, 32 bytes.</param>
/// <param name="Weights">Row-major, K x n; owned and wiped by the circuit.</param>
/// <param name="Opening">Opens the card's commitment.</param>
internal sealed record PrivateCircuit(byte[] Card, long[] Weights, CommitmentOpening Opening) : IDisposable
{
    /// <summary>Wipes weights and opening.</summary>
    public void Dispose()
    {
        Opening.Dispose();
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Weights.AsSpan()));
    }
}

/// <summary>
/// The file a miner serves from: the weights under AES-256-GCM, whose key is scrypt of a password. First line, card hash, cost
/// and salt are in the clear and authenticated. A salt is used for one file only, so the fixed nonce never meets a key twice.
/// </summary>
/// <remarks>Layout: "subnet-circuit/1" LF || card 32 || be32 N || salt 16 || ciphertext || tag 16; plaintext: be32 count, be64 weights, blinding 32.</remarks>
internal static class CircuitFile
{
    /// <summary>The longest file: a commitment holds at most 65536 weights.</summary>
    public const int MaxBytes = 1 << 20;

    private const int CardBytes = 32;
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    private static readonly byte[] Nonce = new byte[12];

    private static ReadOnlySpan<byte> FirstLine => "subnet-circuit/1\n"u8;

    private static int HeaderBytes => FirstLine.Length + CardBytes + sizeof(int) + SaltBytes;

    /// <summary>Encrypts the private side under a password.</summary>
    /// <exception cref="ArgumentException">The password is empty or the cost outside its bounds.</exception>
    public static byte[] Seal(PrivateCircuit circuit, ReadOnlySpan<byte> password, ScryptCost cost, IRandomSource random)
    {
        if (password.IsEmpty || !cost.IsAcceptable)
        {
            throw new ArgumentException("a password is needed, and a cost within its bounds", nameof(password));
        }

        int length = sizeof(int) + (sizeof(long) * circuit.Weights.Length) + CommitmentOpening.BlindingByteCount;
        byte[] plain = GC.AllocateArray<byte>(length, pinned: true);
        byte[] file = new byte[HeaderBytes + length + TagBytes];
        FirstLine.CopyTo(file);
        circuit.Card.CopyTo(file, FirstLine.Length);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(FirstLine.Length + CardBytes), cost.N);
        random.Fill(file.AsSpan(HeaderBytes - SaltBytes, SaltBytes));
        try
        {
            WritePlain(circuit, plain);
            using AesGcm aead = Open(password, file.AsSpan(0, HeaderBytes));
            aead.Encrypt(Nonce, plain, file.AsSpan(HeaderBytes, length), file.AsSpan(HeaderBytes + length), file.AsSpan(0, HeaderBytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }

        return file;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="CircuitException">Not such a file, or not opened by this password.</exception>
    public static PrivateCircuit Unseal(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        if (file.Length < HeaderBytes + TagBytes || file.Length > MaxBytes || !file.StartsWith(FirstLine))
        {
            throw new CircuitException("the file is not a private circuit; give the circuit.bin that 'subnet model compile' wrote.");
        }

        int length = file.Length - HeaderBytes - TagBytes;
        byte[] plain = GC.AllocateArray<byte>(length, pinned: true);
        try
        {
            using AesGcm aead = Open(password, file[..HeaderBytes]);
            aead.Decrypt(Nonce, file.Slice(HeaderBytes, length), file[^TagBytes..], plain, file[..HeaderBytes]);
            return ReadPlain(file.Slice(FirstLine.Length, CardBytes).ToArray(), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new CircuitException("the private circuit does not open; give the password it was made with, and the file unchanged.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static AesGcm Open(ReadOnlySpan<byte> password, ReadOnlySpan<byte> header)
    {
        var cost = new ScryptCost(BinaryPrimitives.ReadInt32BigEndian(header[(FirstLine.Length + CardBytes)..]), 8, 1);
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

    private static void WritePlain(PrivateCircuit circuit, Span<byte> plain)
    {
        BinaryPrimitives.WriteInt32BigEndian(plain, circuit.Weights.Length);
        plain = plain[sizeof(int)..];
        foreach (long weight in circuit.Weights)
        {
            BinaryPrimitives.WriteInt64BigEndian(plain, weight);
            plain = plain[sizeof(long)..];
        }

        circuit.Opening.CopyBlinding(plain);
    }

    // The bytes are authenticated, so they are what some holder of the password wrote; lengths are checked all the same.
    private static PrivateCircuit ReadPlain(byte[] card, ReadOnlySpan<byte> plain)
    {
        int count = plain.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(plain);
        if (count is < 1 or > GeneratorSet.MaxCount || plain.Length != sizeof(int) + (sizeof(long) * count) + CommitmentOpening.BlindingByteCount)
        {
            throw Damaged();
        }

        long[] weights = new long[count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadInt64BigEndian(plain[(sizeof(int) + (sizeof(long) * i))..]);
        }

        return CommitmentOpening.TryCreate(weights, plain[^CommitmentOpening.BlindingByteCount..], out CommitmentOpening? opening)
            ? new PrivateCircuit(card, weights, opening)
            : throw Damaged();
    }

    private static CircuitException Damaged() => new("the private circuit is damaged; compile the model again.");
}
