using Microsoft.Data.Sqlite;
using Subnet.Crypto.Tokens;
using Subnet.Health.Storage;

namespace Subnet.Health.Miner;

/// <summary>What became of a spending.</summary>
/// <param name="Outcome">Spent now, a retry of the same bytes, or spent for another request.</param>
/// <param name="StoredReply">For a retry that was answered: its reply.</param>
internal sealed record SpendResult(TokenSpending Outcome, byte[]? StoredReply);

/// <summary>A spent token that the ledger has not settled.</summary>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Token">The whole token.</param>
internal sealed record UnsettledToken(byte[] Nonce, byte[] Token);

/// <summary>
/// A miner's spent tokens and the answers given for them, in one SQLite file. A spending is on the disk before the call returns and before
/// any work starts: of two requests at the same moment one wins, and a restart forgets nothing. Spendings that come while another is being
/// written share the next transaction. Safe for concurrent use.
/// </summary>
internal sealed class SpentTokenStore : IAsyncDisposable
{
    private const string Schema =
        """
        create table if not exists spent (
            nonce blob primary key, token blob not null, request blob not null, event blob not null,
            epoch integer not null, reply blob, settled integer not null default 0);
        create index if not exists spent_request on spent (request);
        create index if not exists spent_event on spent (event);
        create index if not exists spent_settled on spent (settled) where settled = 0;
        """;

    private readonly SqliteFile file;

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPages">How large it may grow, in pages of 4 KiB; 0 for no bound but the disk's.</param>
    /// <exception cref="SqliteException">The file cannot be opened or is no store of tokens.</exception>
    public SpentTokenStore(string path, int maxPages = 0) => file = new SqliteFile(path, Schema, maxPages);

    /// <summary>Spends a token for a request, or says for what it was spent before.</summary>
    /// <param name="nonce">The token's nonce.</param>
    /// <param name="token">The whole token, kept for settlement.</param>
    /// <param name="request">Hash of the query's bytes.</param>
    /// <param name="queryEvent">The event that the client named.</param>
    /// <param name="epoch">The access epoch.</param>
    /// <exception cref="SqliteException">The disk refused: nothing was spent.</exception>
    public Task<SpendResult> SpendAsync(byte[] nonce, byte[] token, byte[] request, byte[] queryEvent, ulong epoch) => file.RunAsync(connection =>
    {
        int added = connection.Execute(
            "insert or ignore into spent (nonce, token, request, event, epoch) values ($0, $1, $2, $3, $4)", nonce, token, request, queryEvent, (long)epoch);
        if (added == 1)
        {
            return new SpendResult(TokenSpending.Spent, null);
        }

        (byte[] Token, byte[] Request, byte[]? Reply) known = connection.Query(
            "select token, request, reply from spent where nonce = $0",
            reader => (reader.Blob(0)!, reader.Blob(1)!, reader.Blob(2)),
            nonce).Single();
        return known.Token.AsSpan().SequenceEqual(token) && known.Request.AsSpan().SequenceEqual(request)
            ? new SpendResult(TokenSpending.Retried, known.Reply)
            : new SpendResult(TokenSpending.DoubleSpent, null);
    });

    /// <summary>Keeps the answer to a spent token's query, for a retry, for its receipt, and for the audit after the epoch.</summary>
    /// <exception cref="SqliteException">The disk refused: a retry would be evaluated again.</exception>
    public Task KeepAsync(byte[] nonce, byte[] reply) =>
        file.RunAsync(connection => connection.Execute("update spent set reply = $1 where nonce = $0", nonce, reply));

    /// <summary>The answer to a query by the hash of its bytes, or null.</summary>
    public Task<byte[]?> FindByRequestAsync(byte[] request) => file.RunAsync(connection =>
        connection.Scalar<byte[]>("select reply from spent where request = $0 and reply is not null limit 1", request));

    /// <summary>The answer to a query by its event, or null.</summary>
    public Task<byte[]?> FindByEventAsync(byte[] queryEvent) => file.RunAsync(connection =>
        connection.Scalar<byte[]>("select reply from spent where event = $0 and reply is not null limit 1", queryEvent));

    /// <summary>Spent tokens that the ledger has not settled, sorted by their bytes as settlement wants them.</summary>
    public Task<List<UnsettledToken>> UnsettledAsync() => file.RunAsync(connection =>
        connection.Query("select nonce, token from spent where settled = 0 order by token", reader => new UnsettledToken(reader.Blob(0)!, reader.Blob(1)!)));

    /// <summary>Marks tokens as settled, or as lost where their epoch was over before: they are not offered again.</summary>
    public Task MarkSettledAsync(IReadOnlyList<byte[]> nonces) => file.RunAsync(connection =>
    {
        foreach (byte[] nonce in nonces)
        {
            connection.Execute("update spent set settled = 1 where nonce = $0", nonce);
        }
    });

    /// <summary>How many tokens were spent here.</summary>
    public Task<long> CountAsync() => file.RunAsync(connection => connection.Scalar<long>("select count(*) from spent"));

    /// <summary>
    /// Drops answers of epochs before <paramref name="epoch"/>: no retry and no audit can ask for them. Spent nonces stay as long as their
    /// token could be shown again, two epochs longer.
    /// </summary>
    public Task ForgetAnswersBeforeAsync(ulong epoch) => file.RunAsync(connection =>
    {
        connection.Execute("update spent set reply = null where epoch < $0 and reply is not null", (long)epoch);
        connection.Execute("delete from spent where epoch + 2 < $0 and settled = 1", (long)epoch);
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();
}
