using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The issuer's signing of token requests under one key (one epoch and denomination). It sees blinded messages only; who may have how many is decided, and
/// counted, before it is called. Safe for concurrent use; a signature takes about 5 ms of a core.
/// </summary>
public sealed class TokenIssuer : IDisposable
{
    private readonly BlindRsaSecretKey secret;

    /// <summary>Takes over a key of 2048 bits.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public TokenIssuer(BlindRsaSecretKey secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        this.secret = secret;
        Key = new TokenKey(secret.PublicKey);
    }

    /// <summary>The public key.</summary>
    public TokenKey Key { get; }

    /// <summary>Answers a request; false for another length, type or key, or an unreduced message.</summary>
    public bool TryIssue(ReadOnlySpan<byte> request, [NotNullWhen(true)] out byte[]? response)
    {
        response = request.Length == TokenRequest.ByteCount
            && BinaryPrimitives.ReadUInt16BigEndian(request) == Token.Type
            && request[2] == Key.TruncatedId
            && secret.TryBlindSign(request[3..], out byte[] signature)
                ? signature
                : null;
        return response is not null;
    }

    /// <summary>Frees the key.</summary>
    public void Dispose() => secret.Dispose();
}
