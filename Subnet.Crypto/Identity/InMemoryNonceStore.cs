namespace Subnet.Crypto.Identity;

/// <summary>
/// Nonces of one process, for networks that live in one process and for tests. It forgets with the process, so a service that restarts needs a
/// durable store.
/// </summary>
public sealed class InMemoryNonceStore : INonceStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> used = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private DateTimeOffset horizon = DateTimeOffset.MinValue;
    private int sweepAt = 1024;

    /// <summary>Reads the time from <paramref name="time"/> to forget what expired.</summary>
    public InMemoryNonceStore(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        this.time = time;
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> nonce, DateTimeOffset expires)
    {
        string name = string.Concat(Convert.ToHexStringLower(sender), "/", Convert.ToHexStringLower(nonce));
        lock (gate)
        {
            if (expires <= horizon || !used.TryAdd(name, expires))
            {
                return false;
            }

            if (used.Count >= sweepAt)
            {
                horizon = time.GetUtcNow();
                foreach ((string old, DateTimeOffset expiry) in used)
                {
                    if (expiry <= horizon)
                    {
                        used.Remove(old);
                    }
                }

                sweepAt = Math.Max(1024, 2 * used.Count);
            }

            return true;
        }
    }
}
