using Subnet.Core.Ledger;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Node;

/// <summary>The ledger's signature check, by Ed25519.</summary>
internal sealed class Ed25519SignatureVerifier : ISignatureVerifier
{
    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519.Verify(publicKey, message, signature);
}
