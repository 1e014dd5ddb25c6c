using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Rpc.Certificates;

/// <summary>Both sides of TLS from a folder of <c>subnet certs create</c>.</summary>
internal static class PartyTls
{
    /// <summary>The client's side, with its certificate.</summary>
    /// <exception cref="IOException">A file is missing or unreadable.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is not what it should be.</exception>
    public static GrpcClientTls Client(string folder, TimeProvider time) =>
        new(Trust(folder, time), PemCertificateFiles.ReadCertificate(folder));

    /// <summary>The server's side for routes where the caller stays unnamed: no certificate is asked for.</summary>
    /// <inheritdoc cref="Client" path="/exception"/>
    public static GrpcServerTls UnnamedServer(string folder) => new(PemCertificateFiles.ReadCertificate(folder), null);

    private static PeerTrust Trust(string folder, TimeProvider time)
    {
        X509Certificate2 authority = PemCertificateFiles.ReadAuthority(folder);
        return new PeerTrust([authority], time);
    }
}
