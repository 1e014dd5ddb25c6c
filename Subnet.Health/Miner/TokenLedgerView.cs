using Subnet.Core.State;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;

namespace Subnet.Health.Miner;

/// <summary>
/// What a miner needs from the ledger to judge a token, as of one block: the access epoch and the issuer's keys. Held in memory so that a
/// query waits for no ledger. Immutable; parsed keys are shared by the views that follow each other.
/// </summary>
internal sealed class TokenLedgerView
{
    private readonly Dictionary<IssuerKeyId, PublishedTokenKey> parsed;

    private readonly int seen;

    private TokenLedgerView(ulong epoch, Dictionary<IssuerKeyId, PublishedTokenKey> parsed, int seen)
    {
        this.seen = seen;
        Epoch = epoch;
        this.parsed = parsed;
        Keys = new TokenKeySet(parsed.Values);
    }

    /// <summary>Before the ledger was asked: no token is good.</summary>
    public static TokenLedgerView Empty { get; } = new(0, [], 0);

    /// <summary>A view of given keys.</summary>
    public static TokenLedgerView Of(ulong epoch, IReadOnlyList<PublishedTokenKey> keys) =>
        new(epoch, keys.ToDictionary(key => new IssuerKeyId(0, key.Epoch, (ushort)key.Rows)), keys.Count);

    /// <summary>The access epoch.</summary>
    public ulong Epoch { get; }

    /// <summary>The issuer's keys.</summary>
    public TokenKeySet Keys { get; }

    /// <summary>Reads the newest state; this view itself where nothing changed. A key never changes once it is on the ledger.</summary>
    public async Task<TokenLedgerView> RefreshAsync(ILedgerClient ledger, ushort netuid, CancellationToken cancellationToken)
    {
        ulong epoch = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IssuerKeyView> known = await ledger.GetIssuerKeysAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (epoch == Epoch && known.Count == seen)
        {
            return this;
        }

        Dictionary<IssuerKeyId, PublishedTokenKey> next = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (IssuerKeyView view in known)
        {
            PublishedTokenKey? key = parsed.GetValueOrDefault(view.Id);
            if (key is null && TokenKey.TryParse(view.Key.PublicKey.Span, out TokenKey? read))
            {
                key = new PublishedTokenKey(view.Id.Epoch, view.Id.Denomination, read);
            }

            // An owner that publishes one key twice makes it good for the first slot only.
            if (key is not null && ids.Add(Convert.ToHexStringLower(key.Key.Id)))
            {
                next.Add(view.Id, key);
            }
        }

        return new TokenLedgerView(epoch, next, known.Count);
    }
}
