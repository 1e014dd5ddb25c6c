using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Subnet.Health.Rpc.Certificates;

/// <summary>
/// A network's own certificate authority: a self-signed root (ECDSA P-256) that issues one certificate to each party,
/// good for both ends of mutual TLS. Holds a private key; dispose it.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const int SerialBytes = 16;

    // Clocks of two organisations differ a little.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    private readonly TimeProvider clock;

    /// <summary>An authority from its certificate with the private key.</summary>
    /// <exception cref="ArgumentException">It has no private key or may not issue certificates.</exception>
    public CertificateAuthority(X509Certificate2 certificate, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        bool isAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority);
        if (!certificate.HasPrivateKey || !isAuthority)
        {
            throw new ArgumentException("the certificate is not an authority's with its private key", nameof(certificate));
        }

        Certificate = certificate;
        this.clock = clock;
    }

    /// <summary>The root; give its public part to every peer.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes a new authority.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="lifetime">From now.</param>
    /// <param name="clock">Says when now is.</param>
    public static CertificateAuthority Create(string name, TimeSpan lifetime, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Subject(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = clock.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdating, now + lifetime), clock);
    }

    /// <summary>Issues a party's certificate with a new private key, no longer valid than the root.</summary>
    /// <param name="name">The party's common name.</param>
    /// <param name="hosts">The DNS names and addresses it is dialled under; at least one.</param>
    /// <param name="lifetime">From now.</param>
    public X509Certificate2 Issue(string name, IReadOnlyCollection<string> hosts, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentOutOfRangeException.ThrowIfZero(hosts.Count);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Subject(name), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"), new Oid("1.3.6.1.5.5.7.3.2", "clientAuth")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));

        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset from = Later(now - Backdating, Certificate.NotBefore);
        DateTimeOffset until = now + lifetime;
        until = until < Certificate.NotAfter ? until : Certificate.NotAfter;
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7F;
        using X509Certificate2 issued = request.Create(Certificate, from, until, serial);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);

        // Some platforms' TLS takes no key that lives in memory only; a round trip through PKCS #12 suits all.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static DateTimeOffset Later(DateTimeOffset first, DateTimeOffset second) => first > second ? first : second;

    private static X500DistinguishedName Subject(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        X500DistinguishedNameBuilder builder = new();
        builder.AddCommonName(name);
        return builder.Build();
    }
}
