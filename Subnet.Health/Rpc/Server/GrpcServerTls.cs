using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Rpc.Server;

/// <summary>A server's side of TLS.</summary>
/// <param name="Certificate">Its certificate with the private key.</param>
/// <param name="Clients">Whose certificates are asked for and accepted; null asks for none, for routes where the caller stays unnamed.</param>
internal sealed record GrpcServerTls(X509Certificate2 Certificate, PeerTrust? Clients);
