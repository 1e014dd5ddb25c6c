namespace Subnet.Health.Rpc.Client;

/// <summary>A connection ended before the server sent its settings, so no call was ever written to it.</summary>
internal sealed class UnsettledConnectionException(Exception? inner = null) : IOException("The server closed the connection before it took any call.", inner);
