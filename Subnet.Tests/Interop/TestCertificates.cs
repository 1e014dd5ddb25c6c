using Subnet.Health.Rpc.Certificates;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Support;

namespace Subnet.Tests.Interop;

/// <summary>An authority with a server's and a client's certificate, also as PEM files for other programs.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CertificateAuthority authority = CertificateAuthority.Create("Test network", TimeSpan.FromDays(2), TimeProvider.System);

    public TestCertificates()
    {
        PeerTrust trust = new([authority.Certificate], TimeProvider.System);
        ServerTls = new GrpcServerTls(authority.Issue("miner", ["127.0.0.1", "localhost"], TimeSpan.FromDays(1)), trust);
        ClientTls = new GrpcClientTls(trust, authority.Issue("clinic", ["127.0.0.1"], TimeSpan.FromDays(1)));
        ServerFiles = Write("miner", ServerTls.Certificate);
        ClientFiles = Write("clinic", ClientTls.Certificate!);
    }

    public GrpcServerTls ServerTls { get; }

    public GrpcClientTls ClientTls { get; }

    /// <summary>Authority, certificate, key.</summary>
    public string[] ServerFiles { get; }

    /// <summary>Authority, certificate, key.</summary>
    public string[] ClientFiles { get; }

    public void Dispose()
    {
        ServerTls.Certificate.Dispose();
        ClientTls.Certificate!.Dispose();
        authority.Dispose();
        folder.Dispose();
    }

    private string[] Write(string name, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        string path = Path.Combine(folder.Path, name);
        PemCertificateFiles.Write(path, certificate, authority.Certificate, overwrite: false);
        return [Path.Combine(path, "ca.pem"), Path.Combine(path, "certificate.pem"), Path.Combine(path, "key.pem")];
    }
}
