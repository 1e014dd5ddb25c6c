using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>What the ledger's rules take from Subnet.Crypto.</summary>
internal static class NodeServices
{
    /// <summary>The services that every node of a network runs with.</summary>
    public static LedgerServices Create() => new(new Ed25519SignatureVerifier(), new AccessTokenVerifier(), new OpeningProofVerifier());
}
