namespace Subnet.Crypto.Identity;

/// <summary>
/// Remembers which nonces were used. Check and store are one atomic step, and what was stored survives a restart of the process before the call
/// returns: otherwise a signed request could be replayed. Safe for concurrent use.
/// </summary>
/// <remarks>
/// An implementation may forget a nonce after its expiry. It must then also refuse every nonce that expires at or before the latest moment up to which it
/// forgot, so that a clock set back opens no window.
/// </remarks>
public interface INonceStore
{
    /// <summary>Stores the nonce of a sender; false if it was there already (or may have been and was forgotten).</summary>
    /// <param name="sender">The sender's public key.</param>
    /// <param name="nonce">16 bytes.</param>
    /// <param name="expires">From when on the request is refused anyway.</param>
    bool TryAdd(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> nonce, DateTimeOffset expires);
}
