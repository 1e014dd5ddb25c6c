using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Wallets;

/// <summary>
/// Encrypts what a party keeps on its own disk, by AES-256-GCM under a key that follows from its signing key: whoever has the files
/// without the wallet reads nothing. Each value is bound to its place, so that one cannot be put where another was. Disposing wipes the
/// key. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The key is HKDF of the deterministic Ed25519 signature over a domain of its own, which the wallet signs for nothing else and which
/// never leaves this class. Layout of a sealed value: nonce 12 || ciphertext || tag 16. A random nonce allows some 2^32 values a key.
/// </remarks>
internal sealed class AtRestKey : IDisposable
{
    private const string Domain = "subnet-at-rest/1";
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] key;
    private readonly IRandomSource random;
    private readonly Lock gate = new();

    private AtRestKey(byte[] key, IRandomSource random)
    {
        this.key = key;
        this.random = random;
    }

    /// <summary>The key of one store.</summary>
    /// <param name="owner">The party's key.</param>
    /// <param name="store">Which store; another name is another key.</param>
    /// <param name="random">Where nonces come from; stays the caller's.</param>
    public static AtRestKey Derive(SigningKey owner, string store, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(store);
        byte[] signature = DomainSignature.Sign(owner, Domain, Encoding.UTF8.GetBytes(store));
        byte[] key = GC.AllocateArray<byte>(KeyBytes, pinned: true);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, signature, key, [], Encoding.UTF8.GetBytes(store));
        CryptographicOperations.ZeroMemory(signature);
        return new AtRestKey(key, random);
    }

    /// <summary>Encrypts a value for its place.</summary>
    public byte[] Seal(ReadOnlySpan<byte> value, ReadOnlySpan<byte> place)
    {
        byte[] sealedValue = new byte[NonceBytes + value.Length + TagBytes];
        lock (gate)
        {
            random.Fill(sealedValue.AsSpan(0, NonceBytes));
        }

        using AesGcm aead = new(key, TagBytes);
        aead.Encrypt(sealedValue.AsSpan(0, NonceBytes), value, sealedValue.AsSpan(NonceBytes, value.Length), sealedValue.AsSpan(^TagBytes), place);
        return sealedValue;
    }

    /// <summary>Decrypts a value of its place; null where it was changed, moved, or sealed under another key.</summary>
    public byte[]? Open(ReadOnlySpan<byte> sealedValue, ReadOnlySpan<byte> place)
    {
        if (sealedValue.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        byte[] value = new byte[sealedValue.Length - NonceBytes - TagBytes];
        using AesGcm aead = new(key, TagBytes);
        try
        {
            aead.Decrypt(sealedValue[..NonceBytes], sealedValue[NonceBytes..^TagBytes], sealedValue[^TagBytes..], value, place);
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>A name for something that must not be readable in the store, the same each time: HMAC under the key.</summary>
    public byte[] Blind(ReadOnlySpan<byte> name) => HMACSHA256.HashData(key, name);

    /// <summary>Wipes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);
}
