using System.Net;
using System.Net.Sockets;

namespace Subnet.Tests.Support;

/// <summary>
/// A port of loopback that is kept for the servers of a test, also while none listens there: it is bound and does not listen. On Linux a server takes it nevertheless, since both allow the
/// address to be used again, and whoever connects meanwhile is refused; the system gives it to nobody who asks for any port. Elsewhere it is only a port that was free.
/// </summary>
internal sealed class HeldPort : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes a free one.</summary>
    public HeldPort()
        : this(0)
    {
    }

    /// <summary>Takes this one, whose server has just ended.</summary>
    public HeldPort(int port)
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        Number = ((IPEndPoint)socket.LocalEndPoint!).Port;
        if (!OperatingSystem.IsLinux())
        {
            socket.Dispose();
        }
    }

    /// <summary>Its number.</summary>
    public int Number { get; }

    /// <summary>Lets it go.</summary>
    public void Dispose() => socket.Dispose();
}
