using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Subnet.Health.Web.Hosting;

/// <summary>The names under which a server answers.</summary>
internal sealed class AllowedHosts
{
    private readonly HashSet<string> names;
    private readonly X509Certificate2? certificate;
    private readonly bool isLoopback;

    public AllowedHosts(HttpSideOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        names = new HashSet<string>(options.Names, StringComparer.OrdinalIgnoreCase);
        certificate = options.Certificate;
        IPAddress address = options.Endpoint.Address;
        isLoopback = IPAddress.IsLoopback(address);
        if (!address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            names.Add(address.ToString());
        }
    }

    /// <summary>Whether a Host header's name is one of this server's.</summary>
    public bool Allows(string host)
    {
        string name = host.Trim('[', ']');
        return names.Contains(name)
            || (certificate?.MatchesHostname(name) ?? false)
            || (isLoopback && (name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out IPAddress? ip) && IPAddress.IsLoopback(ip))));
    }
}
