using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Spectre.Console;
using Subnet.Health.Cli.Output;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Cli.Commands.Certs;

/// <summary>The answer of the <c>subnet certs</c> commands.</summary>
internal sealed record CertsDocument(
    string Folder,
    string Subject,
    IReadOnlyList<string> Hosts,
    string Issuer,
    DateTimeOffset ValidFrom,
    DateTimeOffset ValidUntil,
    byte[] Fingerprint,
    bool Valid) : Document(FormatName)
{
    public const string FormatName = "subnet/certs/1";

    /// <summary>Describes a certificate and judges it against its authority now.</summary>
    public static CertsDocument Of(string folder, X509Certificate2 certificate, X509Certificate2 authority, TimeProvider clock)
    {
        bool isAuthority = certificate.Thumbprint == authority.Thumbprint;
        DateTimeOffset now = clock.GetUtcNow();
        bool valid = isAuthority
            ? now >= certificate.NotBefore && now <= certificate.NotAfter
            : new PeerTrust([authority], clock).Accepts(certificate, PeerRole.Client) && new PeerTrust([authority], clock).Accepts(certificate, PeerRole.Server);
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return new CertsDocument(
            folder,
            certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
            names is null ? [] : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())],
            certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true),
            certificate.NotBefore.ToUniversalTime(),
            certificate.NotAfter.ToUniversalTime(),
            certificate.GetCertHash(HashAlgorithmName.SHA256),
            valid);
    }

    /// <summary>The same for a reader.</summary>
    public static void Render(IAnsiConsole console, CertsDocument document)
    {
        console.WriteLine($"{document.Subject}, issued by {document.Issuer}: {(document.Valid ? "valid" : "NOT valid")}");
        console.WriteLine($"  hosts {string.Join(", ", document.Hosts)}");
        console.WriteLine($"  from {document.ValidFrom:yyyy-MM-dd HH:mm} to {document.ValidUntil:yyyy-MM-dd HH:mm} UTC");
        console.WriteLine($"  SHA-256 {Convert.ToHexStringLower(document.Fingerprint)}");
    }
}
