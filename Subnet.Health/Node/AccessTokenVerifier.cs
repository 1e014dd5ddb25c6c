using System.Globalization;
using Subnet.Core.Fees;
using Subnet.Core.State;
using Subnet.Crypto.Tokens;

namespace Subnet.Health.Node;

/// <summary>
/// The ledger's check of access tokens: Privacy Pass tokens of type 2 (RFC 9578), issued under the name <c>subnet/NETUID/issuer</c> for one miner.
/// </summary>
internal sealed class AccessTokenVerifier : IAccessTokenVerifier
{
    /// <summary>The issuer's name in the challenges of a subnet.</summary>
    public static string IssuerOf(ushort netuid) => string.Create(CultureInfo.InvariantCulture, $"subnet/{netuid}/issuer");

    /// <inheritdoc/>
    public bool IsPublicKey(ReadOnlySpan<byte> publicKey)
    {
        bool parsed = TokenKey.TryParse(publicKey, out TokenKey? key);
        key?.Dispose();
        return parsed;
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ushort netuid, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> token, out Hash256 nonce)
    {
        nonce = default;
        if (!TokenKey.TryParse(publicKey, out TokenKey? key))
        {
            return false;
        }

        using (key)
        {
            if (!Token.TryParse(token, out Token? parsed) || !parsed.Verify(key, TokenChallenge.ForMiner(IssuerOf(netuid), netuid, hotkey)))
            {
                return false;
            }

            nonce = new Hash256(parsed.Nonce);
            return true;
        }
    }
}
