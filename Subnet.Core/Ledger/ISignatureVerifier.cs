namespace Subnet.Core.Ledger;

/// <summary>Checks Ed25519 signatures (RFC 8032). Implementations are safe for concurrent use.</summary>
public interface ISignatureVerifier
{
    /// <summary>Whether <paramref name="signature"/> (64 bytes) by <paramref name="publicKey"/> (32 bytes) covers the message; never throws on bad input.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
