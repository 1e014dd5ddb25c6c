namespace Subnet.Health.Network;

/// <summary>A network file that cannot be used.</summary>
internal sealed class NetworkFileException(string message, Exception? inner = null) : Exception(message, inner);
