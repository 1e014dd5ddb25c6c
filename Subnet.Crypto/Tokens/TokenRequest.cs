using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The client's side of one issuance (RFC 9578 section 6.1): the request that travels, and what is kept to turn the response into a token. Single use; disposing
/// wipes what would link the token to its issuance.
/// </summary>
public sealed class TokenRequest : IDisposable
{
    /// <summary>Length of a request: be16 type || truncated key id || blinded message.</summary>
    public const int ByteCount = 3 + TokenKey.SignatureByteCount;

    private readonly TokenKey key;
    private readonly byte[] input;
    private readonly byte[] inverse;
    private readonly byte[] encoded;

    private TokenRequest(TokenKey key, byte[] input, byte[] blinded, byte[] inverse)
    {
        this.key = key;
        this.input = input;
        this.inverse = inverse;
        encoded = new byte[ByteCount];
        BinaryPrimitives.WriteUInt16BigEndian(encoded, Token.Type);
        encoded[2] = key.TruncatedId;
        blinded.CopyTo(encoded, 3);
    }

    /// <summary>The bytes for the issuer. They are uniform whatever the token is for.</summary>
    public ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>Draws nonce, salt and blinding factor for one token.</summary>
    public static TokenRequest Create(TokenKey key, TokenChallenge challenge, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> nonce = stackalloc byte[32];
        Span<byte> salt = stackalloc byte[BlindRsaPublicKey.SaltByteCount];
        Span<byte> factor = stackalloc byte[TokenKey.SignatureByteCount];
        TokenRequest? request;
        do
        {
            // A factor at or above the modulus is drawn again, so it is uniform below it.
            random.Fill(nonce);
            random.Fill(salt);
            random.Fill(factor);
        }
        while (!TryCreate(key, challenge, nonce, salt, factor, out request));

        CryptographicOperations.ZeroMemory(factor);
        return request;
    }

    /// <summary>The request of given nonce, salt and blinding factor, for known answers: a factor used twice links the two tokens.</summary>
    public static bool TryCreate(
        TokenKey key,
        TokenChallenge challenge,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> factor,
        [NotNullWhen(true)] out TokenRequest? request)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(challenge);
        if (nonce.Length != 32 || salt.Length != BlindRsaPublicKey.SaltByteCount)
        {
            throw new ArgumentException("a nonce has 32 bytes and a salt 48");
        }

        byte[] input = Token.Input(nonce, challenge, key);
        request = key.Rsa.TryBlind(input, salt, factor, out byte[] blinded, out byte[] inverse)
            ? new TokenRequest(key, input, blinded, inverse)
            : null;
        return request is not null;
    }

    /// <summary>Turns the issuer's response (the blind signature, 256 bytes) into the token; false where it is none.</summary>
    public bool TryFinish(ReadOnlySpan<byte> response, [NotNullWhen(true)] out Token? token)
    {
        token = key.Rsa.TryFinalize(input, BlindRsaPublicKey.SaltByteCount, response, inverse, out byte[] signature)
            ? Token.Of(input, signature)
            : null;
        return token is not null;
    }

    /// <summary>Wipes nonce and unblinding factor.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(inverse);
    }
}
