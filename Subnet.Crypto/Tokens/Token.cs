using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// A token of type 2 (RFC 9578 section 6.3): be16 type || nonce 32 || challenge digest 32 || key id 32 || signature 256, 354 bytes. Whoever holds it can spend it once
/// at its origin. Immutable.
/// </summary>
public sealed class Token
{
    /// <summary>Token type 2: blind RSA, 2048 bits, publicly verifiable.</summary>
    public const ushort Type = 2;

    /// <summary>Length of the encoding.</summary>
    public const int ByteCount = InputByteCount + TokenKey.SignatureByteCount;

    /// <summary>Length of the signed part.</summary>
    internal const int InputByteCount = 2 + (3 * 32);

    private readonly byte[] encoded;

    private Token(byte[] encoded) => this.encoded = encoded;

    /// <summary>The encoding.</summary>
    public ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>What makes it unique, 32 bytes: the name under which it is spent.</summary>
    public ReadOnlySpan<byte> Nonce => encoded.AsSpan(2, 32);

    /// <summary>Hash of the challenge it was made for.</summary>
    public ReadOnlySpan<byte> ChallengeDigest => encoded.AsSpan(34, 32);

    /// <summary>Id of the issuer's key.</summary>
    public ReadOnlySpan<byte> KeyId => encoded.AsSpan(66, 32);

    /// <summary>Reads a token; the signature is not checked. False for another length or type.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Token? token)
    {
        token = bytes.Length == ByteCount && BinaryPrimitives.ReadUInt16BigEndian(bytes) == Type ? new Token(bytes.ToArray()) : null;
        return token is not null;
    }

    /// <summary>Whether the token is of this key and for this challenge, and its signature holds; about 0.03 ms.</summary>
    public bool Verify(TokenKey key, TokenChallenge challenge)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(challenge);
        return KeyId.SequenceEqual(key.Id)
            && ChallengeDigest.SequenceEqual(challenge.Digest)
            && key.Rsa.Verify(encoded.AsSpan(0, InputByteCount), BlindRsaPublicKey.SaltByteCount, encoded.AsSpan(InputByteCount));
    }

    /// <summary>type || nonce || challenge digest || key id.</summary>
    internal static byte[] Input(ReadOnlySpan<byte> nonce, TokenChallenge challenge, TokenKey key)
    {
        byte[] input = new byte[InputByteCount];
        BinaryPrimitives.WriteUInt16BigEndian(input, Type);
        nonce.CopyTo(input.AsSpan(2));
        challenge.Digest.CopyTo(input.AsSpan(34));
        key.Id.CopyTo(input.AsSpan(66));
        return input;
    }

    internal static Token Of(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) => new([.. input, .. signature]);
}
