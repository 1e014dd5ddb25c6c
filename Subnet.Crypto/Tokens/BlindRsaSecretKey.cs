using System.Security.Cryptography;
using Org.BouncyCastle.Math;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The issuer's half of RSABSSA (RFC 9474 section 4.3): the private operation by the Chinese remainder theorem in arithmetic whose time does not depend on key or message, its
/// result checked with the public key before it leaves: a computation fault would give the factors away. Safe for concurrent use; disposing wipes the key.
/// </summary>
public sealed class BlindRsaSecretKey : IDisposable
{
    private readonly RSAParameters parameters;
    private readonly MontgomeryModulus modulus;
    private readonly MontgomeryModulus p;
    private readonly MontgomeryModulus q;
    private readonly ulong[] exponentP;
    private readonly ulong[] exponentQ;
    private readonly ulong[] inverseQ;
    private readonly ulong[] primeQ;
    private readonly ulong[] publicExponent = new ulong[1];

    /// <summary>Takes primes, exponents and CRT values, as the platform exports them; the arrays are copied.</summary>
    /// <exception cref="ArgumentException">Parts are missing, the modulus is out of range, or the primes are of unequal length.</exception>
    public BlindRsaSecretKey(RSAParameters key)
    {
        if (key.Modulus is null || key.Exponent is null || key.D is null || key.P is null || key.Q is null || key.DP is null || key.DQ is null || key.InverseQ is null)
        {
            throw new ArgumentException("the key is not a complete RSA private key", nameof(key));
        }

        PublicKey = new BlindRsaPublicKey(key.Modulus, key.Exponent);
        parameters = new RSAParameters
        {
            Modulus = [.. key.Modulus],
            Exponent = [.. key.Exponent],
            D = [.. key.D],
            P = [.. key.P],
            Q = [.. key.Q],
            DP = [.. key.DP],
            DQ = [.. key.DQ],
            InverseQ = [.. key.InverseQ],
        };
        modulus = new MontgomeryModulus(key.Modulus);
        p = new MontgomeryModulus(key.P);
        q = new MontgomeryModulus(key.Q);
        if (p.Limbs != q.Limbs || modulus.Limbs > 2 * p.Limbs)
        {
            throw new ArgumentException("the primes of a token key have equal length", nameof(key));
        }

        exponentP = Limbs(key.DP);
        exponentQ = Limbs(key.DQ);
        primeQ = Limbs(key.Q);
        inverseQ = new ulong[p.Limbs];
        p.ToMontgomery(Limbs(key.InverseQ), inverseQ);
        MontgomeryModulus.Read(key.Exponent, publicExponent);
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
            D = Padded(parameters.D, PublicKey.ByteCount),
            P = Padded(parameters.P, half),
            Q = Padded(parameters.Q, half),
            DP = Padded(parameters.DP, half),
            DQ = Padded(parameters.DQ, half),
            InverseQ = Padded(parameters.InverseQ, half),
        });
        return rsa.ExportPkcs8PrivateKey();
    }

    /// <summary>Signs a blinded message. False for another length or a value of the modulus or more.</summary>
    /// <exception cref="CryptographicException">The result does not verify: a fault of the machine. Nothing of it leaves.</exception>
    public bool TryBlindSign(ReadOnlySpan<byte> blinded, out byte[] blindSignature)
    {
        blindSignature = [];
        if (blinded.Length != PublicKey.ByteCount || blinded.SequenceCompareTo(Padded(parameters.Modulus, PublicKey.ByteCount)) >= 0)
        {
            return false;
        }

        // s = m2 + q (1/q (m1 - m2) mod p), m1 = x^dp mod p, m2 = x^dq mod q (RFC 8017 section 5.1.2).
        int half = p.Limbs;
        ulong[] message = new ulong[2 * half];
        ulong[] first = new ulong[half];
        ulong[] second = new ulong[half];
        ulong[] signature = new ulong[2 * half];
        MontgomeryModulus.Read(blinded, message);
        p.ToMontgomery(message, first);
        p.Exponentiate(first, exponentP, first);
        q.ToMontgomery(message, second);
        q.Exponentiate(second, exponentQ, second);
        q.FromMontgomery(second, second);
        ulong[] reduced = new ulong[half];
        p.ToMontgomery(second, reduced);
        p.Subtract(first, reduced, first);
        p.Multiply(first, inverseQ, first);
        p.FromMontgomery(first, first);
        MultiplyAdd(first, primeQ, second, signature);
        if (!IsSignatureOf(signature, message))
        {
            throw new CryptographicException("an RSA signature came out wrong; it was not released");
        }

        blindSignature = new byte[PublicKey.ByteCount];
        MontgomeryModulus.Write(signature, blindSignature);
        foreach (ulong[] secret in new[] { first, second, reduced })
        {
            secret.AsSpan().Clear();
        }

        return true;
    }

    /// <summary>Frees the public half and wipes the key.</summary>
    public void Dispose()
    {
        PublicKey.Dispose();
        modulus.Dispose();
        p.Dispose();
        q.Dispose();
        foreach (ulong[] secret in new[] { exponentP, exponentQ, inverseQ, primeQ })
        {
            secret.AsSpan().Clear();
        }

        Wipe(parameters);
    }

    private static BlindRsaSecretKey FromPlatform(RSA rsa)
    {
        RSAParameters exported = rsa.ExportParameters(includePrivateParameters: true);
        BlindRsaSecretKey key = new(exported);
        Wipe(exported);
        return key;
    }

    private static void Wipe(RSAParameters key)
    {
        foreach (byte[]? part in new[] { key.D, key.P, key.Q, key.DP, key.DQ, key.InverseQ })
        {
            CryptographicOperations.ZeroMemory(part);
        }
    }

    /// <summary>a b + c, over all limbs of the result.</summary>
    private static void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> c, Span<ulong> result)
    {
        c.CopyTo(result);
        result[c.Length..].Clear();
        for (int i = 0; i < a.Length; i++)
        {
            UInt128 carry = 0;
            for (int j = 0; j < b.Length; j++)
            {
                carry += ((UInt128)a[i] * b[j]) + result[i + j];
                result[i + j] = (ulong)carry;
                carry >>= 64;
            }

            result[i + b.Length] = (ulong)carry;
        }
    }

    private bool IsSignatureOf(ReadOnlySpan<ulong> signature, ReadOnlySpan<ulong> message)
    {
        ulong[] opened = new ulong[modulus.Limbs];
        modulus.ToMontgomery(signature[..modulus.Limbs], opened);
        modulus.Exponentiate(opened, publicExponent, opened);
        modulus.FromMontgomery(opened, opened);
        return message[..modulus.Limbs].SequenceEqual(opened);
    }

    private ulong[] Limbs(byte[] number)
    {
        ulong[] limbs = new ulong[p.Limbs];
        MontgomeryModulus.Read(number, limbs);
        return limbs;
    }

    private static byte[] Padded(byte[]? value, int length)
    {
        ReadOnlySpan<byte> significant = value.AsSpan().TrimStart((byte)0);
        byte[] bytes = new byte[length];
        significant.CopyTo(bytes.AsSpan(length - significant.Length));
        return bytes;
    }
}
