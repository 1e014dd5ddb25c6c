using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The issuer's half of RSABSSA (RFC 9474 section 4.3). The private operation is BouncyCastle's, itself blinded against timing, and its result is checked with the
/// public key before it leaves: a computation fault would give the factors away. Safe for concurrent use.
/// </summary>
public sealed class BlindRsaSecretKey : IDisposable
{
    private readonly RsaPrivateCrtKeyParameters parameters;

    /// <summary>Takes primes, exponents and CRT values, as the platform exports them.</summary>
    /// <exception cref="ArgumentException">Parts are missing or the modulus is out of range.</exception>
    public BlindRsaSecretKey(RSAParameters key)
    {
        if (key.Modulus is null || key.Exponent is null || key.D is null || key.P is null || key.Q is null || key.DP is null || key.DQ is null || key.InverseQ is null)
        {
            throw new ArgumentException("the key is not a complete RSA private key", nameof(key));
        }

        parameters = new RsaPrivateCrtKeyParameters(
            new BigInteger(1, key.Modulus),
            new BigInteger(1, key.Exponent),
            new BigInteger(1, key.D),
            new BigInteger(1, key.P),
            new BigInteger(1, key.Q),
            new BigInteger(1, key.DP),
            new BigInteger(1, key.DQ),
            new BigInteger(1, key.InverseQ));
        PublicKey = new BlindRsaPublicKey(key.Modulus, key.Exponent);
    }

    /// <summary>The public half.</summary>
    public BlindRsaPublicKey PublicKey { get; }

    /// <summary>A new key of 2048 bits with exponent 65537, from the platform.</summary>
    public static BlindRsaSecretKey Generate()
    {
        using RSA rsa = RSA.Create(2048);
        return FromPlatform(rsa);
    }

    /// <summary>The key of a PKCS #8 structure.</summary>
    /// <exception cref="CryptographicException">Not one of RSA.</exception>
    public static BlindRsaSecretKey FromPkcs8(ReadOnlySpan<byte> encoded)
    {
        using RSA rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(encoded, out _);
        return FromPlatform(rsa);
    }

    /// <summary>The key of a PEM file.</summary>
    /// <exception cref="ArgumentException">No RSA private key in it.</exception>
    public static BlindRsaSecretKey FromPem(ReadOnlySpan<char> pem)
    {
        using RSA rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return FromPlatform(rsa);
    }

    /// <summary>The key of two primes and a private exponent, big-endian.</summary>
    public static BlindRsaSecretKey FromPrimes(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q, ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> privateExponent)
    {
        BigInteger first = new(1, p.ToArray());
        BigInteger second = new(1, q.ToArray());
        BigInteger d = new(1, privateExponent.ToArray());
        return new BlindRsaSecretKey(new RSAParameters
        {
            Modulus = first.Multiply(second).ToByteArrayUnsigned(),
            Exponent = exponent.ToArray(),
            D = d.ToByteArrayUnsigned(),
            P = first.ToByteArrayUnsigned(),
            Q = second.ToByteArrayUnsigned(),
            DP = d.Mod(first.Subtract(BigInteger.One)).ToByteArrayUnsigned(),
            DQ = d.Mod(second.Subtract(BigInteger.One)).ToByteArrayUnsigned(),
            InverseQ = second.ModInverse(first).ToByteArrayUnsigned(),
        });
    }

    /// <summary>Writes the key as PKCS #8, for the issuer's own encrypted storage.</summary>
    public byte[] ToPkcs8()
    {
        int half = (PublicKey.ByteCount + 1) / 2;
        using RSA rsa = RSA.Create(new RSAParameters
        {
            Modulus = PublicKey.Modulus,
            Exponent = PublicKey.Exponent,
            D = Padded(parameters.Exponent, PublicKey.ByteCount),
            P = Padded(parameters.P, half),
            Q = Padded(parameters.Q, half),
            DP = Padded(parameters.DP, half),
            DQ = Padded(parameters.DQ, half),
            InverseQ = Padded(parameters.QInv, half),
        });
        return rsa.ExportPkcs8PrivateKey();
    }

    /// <summary>Signs a blinded message; about 5 ms at 2048 bits. False for another length or a value of the modulus or more.</summary>
    /// <exception cref="CryptographicException">The result does not verify: a fault of the machine. Nothing of it leaves.</exception>
    public bool TryBlindSign(ReadOnlySpan<byte> blinded, out byte[] blindSignature)
    {
        blindSignature = [];
        BigInteger message = new(1, blinded.ToArray());
        if (blinded.Length != PublicKey.ByteCount || message.CompareTo(parameters.Modulus) >= 0)
        {
            return false;
        }

        RsaBlindedEngine engine = new();
        engine.Init(true, parameters);
        byte[] result = engine.ProcessBlock(blinded.ToArray(), 0, blinded.Length);
        BigInteger signature = new(1, result);
        if (!signature.ModPow(parameters.PublicExponent, parameters.Modulus).Equals(message))
        {
            throw new CryptographicException("an RSA signature came out wrong; it was not released");
        }

        blindSignature = Padded(signature, PublicKey.ByteCount);
        return true;
    }

    /// <summary>Frees the public half. BouncyCastle's numbers cannot be wiped; they go with the garbage collector.</summary>
    public void Dispose() => PublicKey.Dispose();

    private static BlindRsaSecretKey FromPlatform(RSA rsa)
    {
        RSAParameters exported = rsa.ExportParameters(includePrivateParameters: true);
        BlindRsaSecretKey key = new(exported);
        foreach (byte[]? part in new[] { exported.D, exported.P, exported.Q, exported.DP, exported.DQ, exported.InverseQ })
        {
            CryptographicOperations.ZeroMemory(part);
        }

        return key;
    }

    private static byte[] Padded(BigInteger value, int length)
    {
        byte[] unsigned = value.ToByteArrayUnsigned();
        byte[] bytes = new byte[length];
        unsigned.CopyTo(bytes, length - unsigned.Length);
        return bytes;
    }
}
