using System.Security.Cryptography;
using Org.BouncyCastle.Math;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The public half of RSABSSA with SHA-384 and PSS (RFC 9474): blinds messages, unblinds and verifies signatures. Immutable and safe for concurrent use; disposing
/// frees the platform's key.
/// </summary>
/// <remarks>
/// The blinding factor is drawn anew for each message and unlinks the signature from its issuance. BouncyCastle's arithmetic with it is not constant time; it runs
/// at the client, on a value used once.
/// </remarks>
public sealed class BlindRsaPublicKey : IDisposable
{
    /// <summary>Bytes of salt in the PSS variants; the PSSZERO variants have none.</summary>
    public const int SaltByteCount = SHA384.HashSizeInBytes;

    private const int MaxModulusByteCount = 512;

    private readonly BigInteger modulus;
    private readonly BigInteger exponent;
    private readonly RSA platform;
    private readonly Lock gate = new();

    /// <summary>Takes a modulus and exponent, big-endian.</summary>
    /// <exception cref="ArgumentException">A modulus outside 2048 to 4096 bits or even, or an exponent that is even, below 3 or above 64 bits.</exception>
    public BlindRsaPublicKey(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        this.modulus = new BigInteger(1, modulus.ToArray());
        this.exponent = new BigInteger(1, exponent.ToArray());
        if (this.modulus.BitLength is < 2048 or > 8 * MaxModulusByteCount || !this.modulus.TestBit(0))
        {
            throw new ArgumentException("an RSA modulus here has 2048 to 4096 bits and is odd", nameof(modulus));
        }

        if (this.exponent.BitLength is < 2 or > 64 || !this.exponent.TestBit(0))
        {
            throw new ArgumentException("an RSA exponent here is odd, 3 or more, and has at most 64 bits", nameof(exponent));
        }

        ByteCount = (this.modulus.BitLength + 7) / 8;
        platform = RSA.Create(new RSAParameters { Modulus = Modulus, Exponent = Exponent });
    }

    /// <summary>Length of the modulus, of blinded messages and of signatures, in bytes.</summary>
    public int ByteCount { get; }

    /// <summary>Length of the modulus in bits.</summary>
    public int BitCount => modulus.BitLength;

    /// <summary>The modulus, big-endian without leading zeros.</summary>
    public byte[] Modulus => modulus.ToByteArrayUnsigned();

    /// <summary>The public exponent, big-endian without leading zeros.</summary>
    public byte[] Exponent => exponent.ToByteArrayUnsigned();

    /// <summary>Blinds a message under a salt and a factor from 1 to n - 1 (RFC 9474 section 4.2).</summary>
    /// <returns>False for a factor or an encoding that is not invertible: then draw again.</returns>
    public bool TryBlind(ReadOnlySpan<byte> message, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> factor, out byte[] blinded, out byte[] inverse)
    {
        BigInteger r = new(1, factor.ToArray());
        BigInteger m = new(1, PssEncoding.Encode(message, salt, BitCount - 1));
        blinded = inverse = [];
        if (r.SignValue == 0 || r.CompareTo(modulus) >= 0 || !r.Gcd(modulus).Equals(BigInteger.One) || !m.Gcd(modulus).Equals(BigInteger.One))
        {
            return false;
        }

        blinded = ToBytes(m.Multiply(r.ModPow(exponent, modulus)).Mod(modulus));
        inverse = ToBytes(r.ModInverse(modulus));
        return true;
    }

    /// <summary>Takes the blinding off (RFC 9474 section 4.4); false where the result is no signature of the message.</summary>
    public bool TryFinalize(
        ReadOnlySpan<byte> message, int saltLength, ReadOnlySpan<byte> blindSignature, ReadOnlySpan<byte> inverse, out byte[] signature)
    {
        signature = [];
        BigInteger z = new(1, blindSignature.ToArray());
        if (blindSignature.Length != ByteCount || z.CompareTo(modulus) >= 0)
        {
            return false;
        }

        byte[] candidate = ToBytes(z.Multiply(new BigInteger(1, inverse.ToArray())).Mod(modulus));
        if (!Verify(message, saltLength, candidate))
        {
            return false;
        }

        signature = candidate;
        return true;
    }

    /// <summary>Whether the signature is that of the message: exactly the modulus' length, below the modulus, salt of that length.</summary>
    public bool Verify(ReadOnlySpan<byte> message, int saltLength, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != ByteCount)
        {
            return false;
        }

        if (saltLength == SaltByteCount)
        {
            Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
            SHA384.HashData(message, hash);
            lock (gate)
            {
                return platform.VerifyHash(hash, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
            }
        }

        BigInteger s = new(1, signature.ToArray());
        if (s.CompareTo(modulus) >= 0)
        {
            return false;
        }

        byte[] encoded = new byte[(BitCount + 6) / 8];
        byte[] opened = s.ModPow(exponent, modulus).ToByteArrayUnsigned();
        if (opened.Length > encoded.Length)
        {
            return false;
        }

        opened.CopyTo(encoded, encoded.Length - opened.Length);
        return PssEncoding.Verify(message, encoded, saltLength, BitCount - 1);
    }

    /// <summary>The inverse of a factor, for known answers that give the one and need the other.</summary>
    /// <exception cref="ArgumentException">The factor has none.</exception>
    public byte[] Invert(ReadOnlySpan<byte> factor)
    {
        BigInteger value = new(1, factor.ToArray());
        return value.Gcd(modulus).Equals(BigInteger.One)
            ? ToBytes(value.ModInverse(modulus))
            : throw new ArgumentException("the factor shares a divisor with the modulus", nameof(factor));
    }

    /// <summary>Frees the platform's key.</summary>
    public void Dispose() => platform.Dispose();

    private byte[] ToBytes(BigInteger value)
    {
        byte[] unsigned = value.ToByteArrayUnsigned();
        byte[] bytes = new byte[ByteCount];
        unsigned.CopyTo(bytes, ByteCount - unsigned.Length);
        return bytes;
    }
}
