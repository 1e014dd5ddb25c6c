using Subnet.Core.State;

namespace Subnet.Core.Fees;

/// <summary>Checks access tokens (design/protocol.md section 3). Must give the same answer on every node; safe for concurrent use.</summary>
public interface IAccessTokenVerifier
{
    /// <summary>Whether bytes are a public key of the token protocol.</summary>
    bool IsPublicKey(ReadOnlySpan<byte> publicKey);

    /// <summary>
    /// Whether a token was signed with the key for this miner of this subnet, and its nonce. Never throws on bad input.
    /// </summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ushort netuid, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> token, out Hash256 nonce);
}
