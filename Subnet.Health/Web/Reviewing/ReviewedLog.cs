using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Web.Reviewing;

/// <summary>A log that the portal shows to reviewers.</summary>
/// <param name="Id">Word in addresses: letters, digits and dashes.</param>
/// <param name="Name">What people call its operator.</param>
/// <param name="Key">The key that the portal believes to be the log's; a reviewer's browser checks against the key that the reviewer trusts.</param>
/// <param name="Source">Where it is read.</param>
/// <param name="Witnesses">Witnesses whose cosignatures are shown.</param>
internal sealed record ReviewedLog(string Id, string Name, VerifierKey Key, ILogSource Source, IReadOnlyList<VerifierKey> Witnesses)
{
    /// <summary>The log's name.</summary>
    public string Origin => Key.Name;

    /// <summary>Accepts what the log signed, whoever cosigned it.</summary>
    public TrustPolicy Policy { get; } = TrustPolicy.Threshold([Key], Witnesses, 0);
}
