namespace Subnet.Health.Miner;

/// <summary>A miner cannot start or go on, and its operator can do something about it.</summary>
public sealed class MinerException : Exception
{
    /// <summary>A miner that cannot start or go on.</summary>
    /// <param name="message">What and why, one sentence.</param>
    /// <param name="fix">What to do next.</param>
    /// <param name="inner">The cause, or null.</param>
    public MinerException(string message, string fix, Exception? inner = null)
        : base(message, inner) => Fix = fix;

    /// <summary>What to do next.</summary>
    public string Fix { get; }
}
