using System.Security.Cryptography;

namespace Subnet.Crypto.Identity;

/// <summary>
/// Checks signed requests for one receiver. The nonce is stored last, only for requests that are good otherwise: a stranger can neither use up a
/// sender's nonces nor fill the store. Safe for concurrent use when the store is.
/// </summary>
public sealed class EnvelopeVerifier
{
    private readonly byte[] receiver;
    private readonly INonceStore nonces;
    private readonly TimeProvider time;

    /// <summary>Checks requests to the holder of <paramref name="receiver"/>.</summary>
    /// <exception cref="ArgumentException">The key has not 32 bytes.</exception>
    public EnvelopeVerifier(ReadOnlySpan<byte> receiver, INonceStore nonces, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(nonces);
        ArgumentNullException.ThrowIfNull(time);
        if (receiver.Length != Ss58Address.PublicKeyByteCount)
        {
            throw new ArgumentException($"a public key has {Ss58Address.PublicKeyByteCount} bytes, not {receiver.Length}", nameof(receiver));
        }

        this.receiver = receiver.ToArray();
        this.nonces = nonces;
        this.time = time;
    }

    /// <summary>Whether the request to <paramref name="method"/> with <paramref name="body"/> is to be served; an accepted one only once.</summary>
    public EnvelopeVerdict Verify(SignedEnvelope request, string method, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestEnvelope envelope = request.Envelope;
        if (!envelope.IsWellFormed)
        {
            return EnvelopeVerdict.Malformed;
        }

        if (!DomainSignature.Verify(envelope.From.Span, RequestEnvelope.Domain, envelope.ToStatement(), request.Signature.Span))
        {
            return EnvelopeVerdict.NotSigned;
        }

        if (!envelope.To.Span.SequenceEqual(receiver))
        {
            return EnvelopeVerdict.OtherReceiver;
        }

        if (!string.Equals(envelope.Method, method, StringComparison.Ordinal))
        {
            return EnvelopeVerdict.OtherMethod;
        }

        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, bodyHash);
        if (!bodyHash.SequenceEqual(envelope.BodyHash.Span))
        {
            return EnvelopeVerdict.OtherBody;
        }

        DateTimeOffset now = time.GetUtcNow();
        if (envelope.Expires <= now)
        {
            return EnvelopeVerdict.Expired;
        }

        if (envelope.Expires > now + RequestEnvelope.MaxLifetime)
        {
            return EnvelopeVerdict.TooFarAhead;
        }

        return nonces.TryAdd(envelope.From.Span, envelope.Nonce.Span, envelope.Expires)
            ? EnvelopeVerdict.Accepted
            : EnvelopeVerdict.Replayed;
    }
}
