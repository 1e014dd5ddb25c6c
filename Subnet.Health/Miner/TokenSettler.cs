using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;

namespace Subnet.Health.Miner;

/// <summary>
/// Settles spent tokens (protocol 3): for each key one batch or few, sorted by token bytes, without times. The ledger refuses a nonce that
/// was settled before, so a batch whose outcome was lost is offered again token by token and nothing is paid twice.
/// </summary>
internal sealed class TokenSettler(ushort netuid, ILedgerSigner hotkey, SpentTokenStore spent, ILedgerClient ledger, ILogger logger, MinerMetrics metrics)
{
    /// <summary>Tokens in one call; 354 bytes each, so a call stays far below a block.</summary>
    private const int MostInCall = 256;

    /// <summary>Settles everything whose key's epoch is over, or all that was spent.</summary>
    /// <param name="withCurrent">Whether tokens of epochs that go on are settled too; else they wait, so that settlement tells nothing of times within an epoch.</param>
    /// <param name="cancellationToken">Gives up; what was not settled is offered again.</param>
    /// <returns>Tokens settled.</returns>
    public async Task<int> SettleAsync(bool withCurrent, CancellationToken cancellationToken)
    {
        List<UnsettledToken> waiting = await spent.UnsettledAsync().ConfigureAwait(false);
        if (waiting.Count == 0)
        {
            return 0;
        }

        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, IssuerKeyId> keys = [];
        foreach (IssuerKeyView view in await ledger.GetIssuerKeysAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (TokenKey.TryParse(view.Key.PublicKey.Span, out TokenKey? key))
            {
                using (key)
                {
                    keys[Convert.ToHexStringLower(key.Id)] = view.Id;
                }
            }
        }

        int settled = 0;
        foreach (IGrouping<string, UnsettledToken> group in waiting.GroupBy(token => KeyOf(token.Token)))
        {
            if (!keys.TryGetValue(group.Key, out IssuerKeyId id))
            {
                // The ledger forgot the key: its time is over and nothing is paid any more.
                await spent.MarkSettledAsync([.. group.Select(token => token.Nonce)]).ConfigureAwait(false);
            }
            else if (withCurrent || id.Epoch < now)
            {
                foreach (UnsettledToken[] batch in group.Chunk(MostInCall))
                {
                    settled += await SettleAsync(id, batch, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return settled;
    }

    private async Task<int> SettleAsync(IssuerKeyId id, UnsettledToken[] batch, CancellationToken cancellationToken)
    {
        SettleAccessCall call = new(netuid, id.Epoch, id.Denomination, [.. batch.Select(token => new TokenBytes(token.Token))]);
        CallOutcome outcome = await ledger.SubmitAsync(hotkey, call, cancellationToken).ConfigureAwait(false);
        if (outcome.IsAccepted)
        {
            await spent.MarkSettledAsync([.. batch.Select(token => token.Nonce)]).ConfigureAwait(false);
            metrics.Settled(batch.Length);
            MinerLog.Settled(logger, batch.Length, id.Epoch, id.Denomination);
            return batch.Length;
        }

        if (batch.Length > 1 && outcome.Reason is RejectionReason.TokenSpent or RejectionReason.TokenInvalid or RejectionReason.MoreSettledThanSold)
        {
            // One of them spoils the batch; halves find it.
            return await SettleAsync(id, batch[..(batch.Length / 2)], cancellationToken).ConfigureAwait(false)
                + await SettleAsync(id, batch[(batch.Length / 2)..], cancellationToken).ConfigureAwait(false);
        }

        if (outcome.Reason is RejectionReason.TokenSpent or RejectionReason.TokenInvalid)
        {
            await spent.MarkSettledAsync([.. batch.Select(token => token.Nonce)]).ConfigureAwait(false);
        }

        MinerLog.SettlementFailed(logger, outcome.Reason.Describe().Sentence);
        return 0;
    }

    private static string KeyOf(byte[] token) => Token.TryParse(token, out Token? parsed) ? Convert.ToHexStringLower(parsed.KeyId) : "";
}
