namespace Subnet.Health.Rpc.Certificates;

/// <summary>What a certificate is shown for.</summary>
internal enum PeerRole
{
    Server,
    Client,
}
