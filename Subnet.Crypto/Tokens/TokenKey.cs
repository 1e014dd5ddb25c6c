using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// An issuer's public token key as RFC 9578 section 6 publishes it: SubjectPublicKeyInfo of RSASSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt, 2048 bits.
/// Its id is the SHA-256 of these bytes. Immutable and safe for concurrent use.
/// </summary>
public sealed class TokenKey : IDisposable
{
    /// <summary>Length of the modulus and of a signature in bytes.</summary>
    public const int SignatureByteCount = 256;

    private const string RsaSsaPss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";
    private const string Sha384 = "2.16.840.1.101.3.4.2.2";

    private readonly byte[] encoded;
    private readonly byte[] id;

    /// <summary>Takes over a key of 2048 bits.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public TokenKey(BlindRsaPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.BitCount != 8 * SignatureByteCount)
        {
            throw new ArgumentException($"a token key has {8 * SignatureByteCount} bits, not {key.BitCount}", nameof(key));
        }

        Rsa = key;
        encoded = Encode(key);
        id = SHA256.HashData(encoded);
    }

    /// <summary>The RSA key.</summary>
    public BlindRsaPublicKey Rsa { get; }

    /// <summary>The SubjectPublicKeyInfo.</summary>
    public ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>token_key_id, 32 bytes.</summary>
    public ReadOnlySpan<byte> Id => id;

    /// <summary>The last byte of the id, by which a request names the key.</summary>
    public byte TruncatedId => id[^1];

    /// <summary>Reads the one encoding of a key; anything else that a lenient reader would take is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out TokenKey? key)
    {
        key = null;
        try
        {
            AsnReader info = new AsnReader(encoded.ToArray(), AsnEncodingRules.DER).ReadSequence();
            info.ReadEncodedValue();
            AsnReader numbers = new AsnReader(info.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
            byte[] modulus = Unsigned(numbers.ReadIntegerBytes());
            byte[] exponent = Unsigned(numbers.ReadIntegerBytes());
            TokenKey read = new(new BlindRsaPublicKey(modulus, exponent));
            if (!encoded.SequenceEqual(read.encoded))
            {
                read.Dispose();
                return false;
            }

            key = read;
            return true;
        }
        catch (Exception fault) when (fault is AsnContentException or ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Frees the platform's key.</summary>
    public void Dispose() => Rsa.Dispose();

    private static byte[] Unsigned(ReadOnlyMemory<byte> integer)
    {
        ReadOnlySpan<byte> bytes = integer.Span;
        return bytes.Length > 1 && bytes[0] == 0 ? bytes[1..].ToArray() : bytes.ToArray();
    }

    private static byte[] Encode(BlindRsaPublicKey key)
    {
        AsnWriter numbers = new(AsnEncodingRules.DER);
        using (numbers.PushSequence())
        {
            numbers.WriteIntegerUnsigned(key.Modulus);
            numbers.WriteIntegerUnsigned(key.Exponent);
        }

        AsnWriter info = new(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier(RsaSsaPss);
                using (info.PushSequence())
                {
                    using (info.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    using (info.PushSequence())
                    {
                        info.WriteObjectIdentifier(Sha384);
                    }

                    using (info.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                    using (info.PushSequence())
                    {
                        info.WriteObjectIdentifier(Mgf1);
                        using (info.PushSequence())
                        {
                            info.WriteObjectIdentifier(Sha384);
                        }
                    }

                    using (info.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                    {
                        info.WriteInteger(BlindRsaPublicKey.SaltByteCount);
                    }
                }
            }

            info.WriteBitString(numbers.Encode());
        }

        return info.Encode();
    }
}
