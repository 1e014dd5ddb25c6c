namespace Subnet.Crypto.Tokens;

/// <summary>
/// Redemption at one miner (protocol 3): the token must be of a published key of this epoch or the last, of the denomination of the query's rows, made for this very
/// miner, and not spent. Verified first and spent last, so that a forged token uses up nothing. Safe for concurrent use when the store is.
/// </summary>
public sealed class TokenRedemption
{
    private readonly TokenCheck check;
    private readonly ISpentTokenStore store;

    /// <summary>Redeems at the origin of <paramref name="challenge"/>.</summary>
    public TokenRedemption(TokenChallenge challenge, ISpentTokenStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        check = new TokenCheck(challenge);
        this.store = store;
    }

    /// <summary>Checks and spends a token for a request.</summary>
    /// <param name="token">The token's bytes.</param>
    /// <param name="keys">The ledger's keys.</param>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="rows">The query's size class.</param>
    /// <param name="request">Hash of the query's bytes, 32 bytes.</param>
    /// <returns>What to do, and for a retry the stored reply.</returns>
    public TokenRedemptionResult Redeem(ReadOnlySpan<byte> token, TokenKeySet keys, ulong epoch, int rows, ReadOnlySpan<byte> request)
    {
        if (check.Read(token, keys, epoch, rows) is not { } parsed)
        {
            return new TokenRedemptionResult(TokenSpending.None, null);
        }

        TokenSpending outcome = store.Spend(parsed.Nonce, token, request, out byte[]? reply);
        return new TokenRedemptionResult(outcome, reply is null ? default(ReadOnlyMemory<byte>?) : reply);
    }
}

/// <summary>The outcome of a redemption.</summary>
/// <param name="Outcome">None for a token that is not good here at all; else what the spent set says.</param>
/// <param name="StoredReply">For a retry that was answered: its reply.</param>
public sealed record TokenRedemptionResult(TokenSpending Outcome, ReadOnlyMemory<byte>? StoredReply)
{
    /// <summary>Whether to serve the request now.</summary>
    public bool Serves => Outcome == TokenSpending.Spent;
}
