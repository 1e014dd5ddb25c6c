using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Subnet.Health.Web.Hosting;

/// <summary>Where and how a role serves HTTP.</summary>
/// <param name="Endpoint">Address and port; port 0 lets the system choose.</param>
internal sealed record HttpSideOptions(IPEndPoint Endpoint)
{
    /// <summary>Largest body of a request, in bytes, where a part does not allow more by itself.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>The server's certificate; null is plaintext, on loopback only.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Names that a browser may call this server by, beside the address itself, those of its certificate and, on loopback, <c>localhost</c>. Another name in the Host header is
    /// refused: a page of somebody else whose name was pointed here (DNS rebinding) would otherwise read what this serves.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Connections at one time.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>How long running answers may go on after a stop.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(2);
}
