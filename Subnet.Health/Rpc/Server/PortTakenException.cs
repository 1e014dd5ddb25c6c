using System.Net;

namespace Subnet.Health.Rpc.Server;

/// <summary>Another program listens where this one was to listen.</summary>
/// <param name="endpoint">The address and port.</param>
/// <param name="inner">What the platform said.</param>
internal sealed class PortTakenException(IPEndPoint endpoint, Exception inner) : IOException($"the port {endpoint.Port} of {endpoint.Address} is taken", inner)
{
    /// <summary>The port.</summary>
    public int Port { get; } = endpoint.Port;
}
