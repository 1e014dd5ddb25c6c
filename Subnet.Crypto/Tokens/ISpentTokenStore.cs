namespace Subnet.Crypto.Tokens;

/// <summary>
/// A miner's spent tokens. Spending is one atomic, durable step before any work starts: of two requests at the same moment one wins, and a restart forgets nothing.
/// Safe for concurrent use.
/// </summary>
public interface ISpentTokenStore
{
    /// <summary>Spends a token for a request, or says for which request it was spent before.</summary>
    /// <param name="nonce">The token's nonce, 32 bytes.</param>
    /// <param name="token">The whole token, kept for settlement.</param>
    /// <param name="request">Hash of the request's bytes, 32 bytes.</param>
    /// <param name="storedReply">The reply of the same request, where it was answered already.</param>
    TokenSpending Spend(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> token, ReadOnlySpan<byte> request, out byte[]? storedReply);

    /// <summary>Keeps the reply of a spent token, so that a retry of the same bytes gets it again instead of a second evaluation.</summary>
    void StoreReply(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> reply);
}

/// <summary>What became of a token.</summary>
public enum TokenSpending
{
    /// <summary>Nothing was decided; never returned.</summary>
    None,

    /// <summary>Spent now: serve.</summary>
    Spent,

    /// <summary>Spent before by the same request bytes: return the stored reply, or say that it is still being made.</summary>
    Retried,

    /// <summary>Spent before by another request: refuse.</summary>
    DoubleSpent,
}
