using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Identity;

/// <summary>
/// An Ed25519 key pair of a coldkey or hotkey. Holds the secret seed; disposing wipes it. It has no text form on purpose. Safe for concurrent use until
/// disposed.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>Length of the secret seed in bytes.</summary>
    public const int SeedByteCount = 32;

    private readonly byte[] seed;
    private readonly byte[] publicKey;
    private bool disposed;

    private SigningKey(byte[] seed)
    {
        this.seed = seed;
        publicKey = Ed25519.PublicKey(seed);
        Address = Ss58Address.Encode(publicKey);
    }

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => publicKey;

    /// <summary>The SS58 address.</summary>
    public string Address { get; }

    /// <summary>A new random key.</summary>
    public static SigningKey Generate(IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] seed = new byte[SeedByteCount];
        random.Fill(seed);
        return new SigningKey(seed);
    }

    /// <summary>The key of a 32-byte seed (RFC 8032's private key), which is copied.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed) => seed.Length == SeedByteCount
        ? new SigningKey(seed.ToArray())
        : throw new ArgumentException($"a key seed has {SeedByteCount} bytes, not {seed.Length}", nameof(seed));

    /// <summary>The key of a recovery phrase, the same that Substrate's tools derive for the Ed25519 scheme.</summary>
    public static SigningKey FromMnemonic(Mnemonic mnemonic)
    {
        ArgumentNullException.ThrowIfNull(mnemonic);
        byte[] seed = new byte[SeedByteCount];
        mnemonic.DeriveKeySeed(seed);
        return new SigningKey(seed);
    }

    /// <summary>Signs a message: 64 bytes, deterministic (RFC 8032, pure).</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return Ed25519.Sign(seed, publicKey, message);
    }

    /// <summary>Wipes the seed.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(seed);
        disposed = true;
    }

    /// <summary>Copies the secret seed out, for the keystore only.</summary>
    internal void CopySeed(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        seed.CopyTo(destination);
    }
}
