using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Subnet.Health.Rpc.Certificates;

/// <summary>
/// Whose certificates are accepted: those issued under given roots, valid now, and made for the role they are shown in.
/// The system's own roots do not count: a public authority cannot name a peer of this network. Safe for concurrent use.
/// </summary>
/// <param name="roots">The authorities; only their public certificates are needed.</param>
/// <param name="clock">Decides what has expired.</param>
internal sealed class PeerTrust(IReadOnlyList<X509Certificate2> roots, TimeProvider clock)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// Whether a peer's certificate is accepted. <paramref name="host"/>, for a server, is the name or address that was
    /// dialled and must be one the certificate was issued for.
    /// </summary>
    public bool Accepts(X509Certificate2? certificate, PeerRole role, string? host = null)
    {
        if (certificate is null || host is not null && !certificate.MatchesHostname(host, allowWildcards: false, allowCommonName: false))
        {
            return false;
        }

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(role == PeerRole.Server ? ServerAuthentication : ClientAuthentication));
        return chain.Build(certificate);
    }
}
