namespace Subnet.Health.Miner;

/// <summary>A miner cannot start or go on, and its operator can do something about it.</summary>
internal sealed class MinerException(string message, string fix, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do next.</summary>
    public string Fix { get; } = fix;
}
