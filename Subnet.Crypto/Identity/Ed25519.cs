using System.Security.Cryptography;
using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Subnet.Crypto.Identity;

/// <summary>
/// Ed25519 as RFC 8032, pure (no prehash, no context), by BouncyCastle. Signatures are deterministic; verification refuses S of the group's order or
/// more, and keys and R that are no canonical point. The Portable 1.8.10 build still verifies with plain Straus multiplication and so lacks the
/// lattice reduction whose endless loop was CVE-2024-30172.
/// </summary>
public static class Ed25519
{
    /// <summary>Length of a secret seed in bytes.</summary>
    public const int SeedByteCount = 32;

    /// <summary>Length of a public key in bytes.</summary>
    public const int PublicKeyByteCount = 32;

    /// <summary>Length of a signature in bytes.</summary>
    public const int SignatureByteCount = 64;

    /// <summary>The public key of a secret seed.</summary>
    /// <exception cref="ArgumentException">The seed has not 32 bytes.</exception>
    public static byte[] PublicKey(ReadOnlySpan<byte> seed)
    {
        byte[] secret = CopySeed(seed);
        byte[] publicKey = new byte[PublicKeyByteCount];
        Rfc8032.GeneratePublicKey(secret, 0, publicKey, 0);
        CryptographicOperations.ZeroMemory(secret);
        return publicKey;
    }

    /// <summary>Signs a message with the key of a seed: 64 bytes.</summary>
    /// <exception cref="ArgumentException">The seed has not 32 bytes.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        byte[] secret = CopySeed(seed);
        byte[] copy = message.ToArray();
        byte[] signature = new byte[SignatureByteCount];
        Rfc8032.Sign(secret, 0, copy, 0, copy.Length, signature, 0);
        CryptographicOperations.ZeroMemory(secret);
        return signature;
    }

    /// <summary>Signs a message with the key of a seed whose public key is known: half the work, which else goes into that.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <param name="publicKey">Of this very seed: with another one the signature would tell the secret.</param>
    /// <param name="message">What is signed.</param>
    internal static byte[] Sign(byte[] seed, byte[] publicKey, ReadOnlySpan<byte> message)
    {
        byte[] copy = message.ToArray();
        byte[] signature = new byte[SignatureByteCount];
        Rfc8032.Sign(seed, 0, publicKey, 0, copy, 0, copy.Length, signature, 0);
        return signature;
    }

    /// <summary>Whether the signature is that of this key and message; false for keys and signatures of another length or form.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyByteCount || signature.Length != SignatureByteCount)
        {
            return false;
        }

        byte[] copy = message.ToArray();
        return Rfc8032.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, copy, 0, copy.Length);
    }

    private static byte[] CopySeed(ReadOnlySpan<byte> seed) => seed.Length == SeedByteCount
        ? seed.ToArray()
        : throw new ArgumentException($"an Ed25519 seed has {SeedByteCount} bytes, not {seed.Length}", nameof(seed));
}
