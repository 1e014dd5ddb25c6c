namespace Subnet.Crypto.Tokens;

/// <summary>Spent tokens of one process, for networks that live in one process and for tests. A miner that restarts needs a durable store.</summary>
public sealed class InMemorySpentTokenStore : ISpentTokenStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> spent = new(StringComparer.Ordinal);

    /// <summary>The tokens spent so far, in no order.</summary>
    public IReadOnlyList<byte[]> Tokens
    {
        get
        {
            lock (gate)
            {
                return [.. spent.Values.Select(entry => entry.Token)];
            }
        }
    }

    /// <inheritdoc/>
    public TokenSpending Spend(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> token, ReadOnlySpan<byte> request, out byte[]? storedReply)
    {
        string name = Convert.ToHexStringLower(nonce);
        lock (gate)
        {
            storedReply = null;
            if (spent.TryAdd(name, new Entry(token.ToArray(), request.ToArray())))
            {
                return TokenSpending.Spent;
            }

            Entry before = spent[name];
            if (!before.Request.AsSpan().SequenceEqual(request) || !before.Token.AsSpan().SequenceEqual(token))
            {
                return TokenSpending.DoubleSpent;
            }

            storedReply = before.Reply;
            return TokenSpending.Retried;
        }
    }

    /// <inheritdoc/>
    public void StoreReply(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> reply)
    {
        string name = Convert.ToHexStringLower(nonce);
        lock (gate)
        {
            if (spent.TryGetValue(name, out Entry? entry))
            {
                entry.Reply = reply.ToArray();
            }
        }
    }

    private sealed class Entry(byte[] token, byte[] request)
    {
        public byte[] Token { get; } = token;

        public byte[] Request { get; } = request;

        public byte[]? Reply { get; set; }
    }
}
