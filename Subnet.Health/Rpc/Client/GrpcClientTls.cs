using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Rpc.Client;

/// <summary>A client's side of TLS.</summary>
/// <param name="Servers">Whose certificates are accepted from the server.</param>
/// <param name="Certificate">What the client shows, with the private key; null to stay unnamed where the server allows it.</param>
internal sealed record GrpcClientTls(PeerTrust Servers, X509Certificate2? Certificate);
