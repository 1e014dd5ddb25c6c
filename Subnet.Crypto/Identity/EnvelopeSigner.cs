using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Identity;

/// <summary>Makes signed envelopes for one key. As safe for concurrent use as its random source.</summary>
public sealed class EnvelopeSigner
{
    private readonly SigningKey key;
    private readonly TimeProvider time;
    private readonly IRandomSource random;

    /// <summary>Signs with <paramref name="key"/>; nonces come from <paramref name="random"/>.</summary>
    public EnvelopeSigner(SigningKey key, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        this.key = key;
        this.time = time;
        this.random = random;
    }

    /// <summary>Signs a request that is valid for <paramref name="lifetime"/> from now on.</summary>
    /// <exception cref="ArgumentException">A lifetime outside 0..5 minutes, a receiver of another length, an unusable method name.</exception>
    public SignedEnvelope Sign(string method, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> body, TimeSpan lifetime)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > RequestEnvelope.MaxLifetime)
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "a request lives between 0 and 5 minutes");
        }

        byte[] nonce = new byte[RequestEnvelope.NonceByteCount];
        random.Fill(nonce);
        DateTimeOffset end = time.GetUtcNow() + lifetime;
        DateTimeOffset expires = new(end.UtcTicks - (end.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        RequestEnvelope envelope = new(method, key.PublicKey.ToArray(), receiver.ToArray(), SHA256.HashData(body), nonce, expires);
        if (!envelope.IsWellFormed)
        {
            throw new ArgumentException("the method name or the receiver's key cannot be signed", nameof(method));
        }

        return new SignedEnvelope(envelope, DomainSignature.Sign(key, RequestEnvelope.Domain, envelope.ToStatement()));
    }
}
