using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Rpc.Certificates;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli.Commands;

/// <summary>Mutual TLS from a folder that <c>subnet certs create</c> made: the party's own certificate, and trust in those of the same authority.</summary>
internal static class PartyCertificates
{
    /// <summary>The server's side: clients must show a certificate of the authority.</summary>
    /// <exception cref="CommandException">The folder does not hold certificates.</exception>
    public static GrpcServerTls Server(CommandContext context, string folder)
    {
        (X509Certificate2 own, PeerTrust peers) = Read(context, folder);
        return new GrpcServerTls(own, peers);
    }

    /// <summary>The client's side.</summary>
    /// <inheritdoc cref="Server" path="/exception"/>
    public static GrpcClientTls Client(CommandContext context, string folder)
    {
        (X509Certificate2 own, PeerTrust peers) = Read(context, folder);
        return new GrpcClientTls(peers, own);
    }

    private static (X509Certificate2 Own, PeerTrust Peers) Read(CommandContext context, string folder)
    {
        string full = context.ExistingFolder(folder);
        try
        {
            return (PemCertificateFiles.ReadCertificate(full), new PeerTrust([PemCertificateFiles.ReadAuthority(full)], context.Time));
        }
        catch (CryptographicException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"'{folder}' does not hold certificates: {e.Message}", "Name a folder made by `subnet certs create`.", e);
        }
    }
}
