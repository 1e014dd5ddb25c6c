using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Subnet.Crypto.Tokens;

namespace Subnet.Tests.Support;

/// <summary>Issuers' keys that are the same at every run, for tests that look at the bytes of tokens.</summary>
internal static class SeededIssuerKey
{
    /// <summary>The key of a seed.</summary>
    public static BlindRsaSecretKey Of(string seed)
    {
        DigestRandomGenerator generator = new(new Sha256Digest());
        generator.AddSeedMaterial(SHA256.HashData(Encoding.ASCII.GetBytes(seed)));
        SecureRandom secure = new(generator);
        BigInteger exponent = BigInteger.ValueOf(65537);
        while (true)
        {
            BigInteger p = BigInteger.ProbablePrime(1024, secure);
            BigInteger q = BigInteger.ProbablePrime(1024, secure);
            BigInteger order = p.Subtract(BigInteger.One).Multiply(q.Subtract(BigInteger.One));
            if (p.Multiply(q).BitLength == 2048 && order.Gcd(exponent).Equals(BigInteger.One))
            {
                return BlindRsaSecretKey.FromPrimes(
                    p.ToByteArrayUnsigned(), q.ToByteArrayUnsigned(), exponent.ToByteArrayUnsigned(), exponent.ModInverse(order).ToByteArrayUnsigned());
            }
        }
    }
}
