using System.Collections.Concurrent;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Storage;
using Subnet.Health.Wallets;

namespace Subnet.Health.Clinic;

/// <summary>Which tokens: for one miner of a subnet, of one access epoch and size class.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Miner">The miner's hotkey, 64 hexadecimal digits.</param>
/// <param name="Epoch">Access epoch of the key.</param>
/// <param name="Rows">Size class.</param>
internal sealed record TokenKind(ushort Netuid, string Miner, ulong Epoch, int Rows);

/// <summary>A request for a token whose answer has not come.</summary>
/// <param name="Id">Its key in the wallet.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Seed">All randomness of the request follows from it, so the request can be made again.</param>
internal sealed record OpenTokenRequest(byte[] Id, TokenKind Kind, byte[] Seed);

/// <summary>A token taken out for one query.</summary>
/// <param name="Id">Its key in the wallet.</param>
/// <param name="Bytes">The token.</param>
/// <param name="Epoch">Access epoch of its key.</param>
internal sealed record TakenToken(byte[] Id, byte[] Bytes, ulong Epoch);

/// <summary>
/// A clinic's tokens, bought ahead and kept encrypted. A request's seed is durable before the request is sent, so that nothing that was
/// paid for is lost by a crash; a token is taken out durably before it is used, so that it is never used for two queries. Safe for
/// concurrent use.
/// </summary>
internal sealed class TokenWallet : IAsyncDisposable
{
    private const int IdBytes = 16;
    private const int MostAhead = 8;
    private const int UsualAhead = 4;
    private const int FewLeft = 2;
    private const string Schema =
        """
        create table if not exists token (
            id blob primary key, netuid integer not null, miner text not null, epoch integer not null, rows integer not null,
            state integer not null, usable_at integer not null, secret blob not null);
        drop index if exists token_kind;
        create index if not exists token_order on token (netuid, miner, rows, state, epoch, usable_at, id);
        """;

    private readonly SqliteFile file;
    private readonly AtRestKey atRest;
    private readonly ConcurrentDictionary<(ushort Netuid, string Miner, int Rows), Shelf> shelves = new();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="atRest">Encrypts seeds and tokens.</param>
    /// <param name="maxPages">How large it may grow, in pages of 4 KiB; 0 for no bound but the disk's.</param>
    public TokenWallet(string path, AtRestKey atRest, int maxPages = 0)
    {
        this.atRest = atRest;
        file = new SqliteFile(path, Schema, maxPages);
    }

    private enum State
    {
        Requested = 0,
        Ready = 1,
        Taken = 2,
    }

    /// <summary>Draws the seeds of new requests and keeps them.</summary>
    /// <param name="kind">What the tokens are for.</param>
    /// <param name="count">How many.</param>
    /// <param name="usableAt">From when on they may be used: a random while after they were bought, so that buying and using do not meet.</param>
    /// <param name="random">The operating system's generator in production.</param>
    public async Task AddRequestsAsync(TokenKind kind, int count, DateTimeOffset usableAt, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(random);
        List<(byte[] Id, byte[] Secret)> requests = [];
        byte[] seed = new byte[PrngSeed.ByteCount];
        for (int i = 0; i < count; i++)
        {
            byte[] id = new byte[IdBytes];
            random.Fill(id);
            random.Fill(seed);
            requests.Add((id, atRest.Seal(seed, id)));
        }

        CryptographicOperations.ZeroMemory(seed);
        await file.RunAsync(connection =>
        {
            foreach ((byte[] id, byte[] secret) in requests)
            {
                connection.Execute(
                    "insert into token values ($0, $1, $2, $3, $4, $5, $6, $7)",
                    id, (int)kind.Netuid, kind.Miner, (long)kind.Epoch, kind.Rows, (int)State.Requested, usableAt.ToUnixTimeMilliseconds(), secret);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>How many tokens of a key there are in any state: what has to be paid for in all.</summary>
    public Task<long> CountOfKeyAsync(ushort netuid, ulong epoch, int rows) => file.RunAsync(connection =>
        connection.Scalar<long>("select count(*) from token where netuid = $0 and epoch = $1 and rows = $2", (int)netuid, (long)epoch, rows));

    /// <summary>Requests of a key whose tokens have not come, at most so many.</summary>
    /// <exception cref="ClinicException">The store does not open with this wallet.</exception>
    public async Task<IReadOnlyList<OpenTokenRequest>> OpenRequestsAsync(ushort netuid, ulong epoch, int rows, int most)
    {
        List<(byte[] Id, string Miner, byte[] Secret)> found = await file.RunAsync(connection => connection.Query(
            "select id, miner, secret from token where netuid = $0 and epoch = $1 and rows = $2 and state = $3 order by id limit $4",
            reader => (reader.Blob(0)!, reader.GetString(1), reader.Blob(2)!),
            (int)netuid, (long)epoch, rows, (int)State.Requested, most)).ConfigureAwait(false);
        return [.. found.Select(item => new OpenTokenRequest(item.Id, new TokenKind(netuid, item.Miner, epoch, rows), Open(item.Secret, item.Id)))];
    }

    /// <summary>Puts finished tokens in the place of their requests.</summary>
    public Task FinishAsync(IReadOnlyList<(byte[] Id, byte[] Token)> tokens)
    {
        List<(byte[] Id, byte[] Secret)> ready = [.. tokens.Select(token => (token.Id, atRest.Seal(token.Token, token.Id)))];
        return file.RunAsync(connection =>
        {
            foreach ((byte[] id, byte[] secret) in ready)
            {
                connection.Execute(
                    "update token set state = $1, secret = $2 where id = $0 and state = $3", id, (int)State.Ready, secret, (int)State.Requested);
            }
        });
    }

    /// <summary>
    /// Takes one token out for a query, the oldest that is good; null where none is. From the second time on a few are taken out by one flush of the disk, and the next few
    /// before those are used up, so that a query seldom waits for the disk here: those not used come back when the wallet is closed, and after a crash at most eight of a kind
    /// stay out, so that no token can be shown with two queries.
    /// </summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">The miner, 64 hexadecimal digits.</param>
    /// <param name="rows">The query's size class.</param>
    /// <param name="epoch">The access epoch: keys of it and of the one before are good.</param>
    /// <param name="now">Tokens bought too recently wait.</param>
    public async Task<TakenToken?> TakeAsync(ushort netuid, string miner, int rows, ulong epoch, DateTimeOffset now)
    {
        Shelf shelf = shelves.GetOrAdd((netuid, miner, rows), _ => new Shelf());
        if (shelf.TryTake(epoch) is { } ready)
        {
            if (shelf.IsUsed && shelf.Tokens.Count <= FewLeft && Interlocked.CompareExchange(ref shelf.Ahead, 1, 0) == 0)
            {
                shelf.Refilling = RefillAheadAsync(shelf, netuid, miner, rows, epoch, now);
            }

            return ready;
        }

        // One refill at a time: who comes meanwhile finds its token on the shelf after it, and only an empty store leaves somebody without.
        Interlocked.Increment(ref shelf.Waiting);
        await shelf.Refill.WaitAsync().ConfigureAwait(false);
        try
        {
            if (shelf.TryTake(epoch) is { } left)
            {
                return left;
            }

            int wanted = Math.Clamp(Volatile.Read(ref shelf.Waiting), shelf.IsUsed ? UsualAhead : 1, MostAhead);
            shelf.IsUsed = true;

            // The first is this query's: on the shelf others, who did not wait, could take them all while the store has more.
            List<TakenToken> found = await TakeOutAsync(netuid, miner, rows, epoch, now, wanted).ConfigureAwait(false);
            found.Skip(1).ToList().ForEach(shelf.Tokens.Enqueue);
            return found.FirstOrDefault();
        }
        finally
        {
            Interlocked.Decrement(ref shelf.Waiting);
            shelf.Refill.Release();
        }
    }

    /// <summary>Puts a token back that no miner has seen; any other is never used again, since it would tie two queries together.</summary>
    public Task ReturnAsync(TakenToken token) => file.RunAsync(connection =>
        connection.Execute("update token set state = $1 where id = $0 and state = $2", token.Id, (int)State.Ready, (int)State.Taken));

    /// <summary>What is in the wallet.</summary>
    public async Task<IReadOnlyList<TokenBudget>> BudgetAsync(DateTimeOffset now) => await file.RunAsync(connection => connection.Query(
        "select netuid, miner, epoch, rows, sum(state = 1 and usable_at <= $0), sum(state = 0 or (state = 1 and usable_at > $0)) from token where state < 2 group by netuid, miner, epoch, rows order by netuid, miner, epoch, rows",
        reader => new TokenBudget(
            (ushort)reader.GetInt32(0),
            Crypto.Identity.Ss58Address.Encode(Convert.FromHexString(reader.GetString(1))),
            (ulong)reader.GetInt64(2),
            reader.GetInt32(3),
            reader.GetInt32(4),
            reader.GetInt32(5)),
        now.ToUnixTimeMilliseconds())).ConfigureAwait(false);

    /// <summary>Tokens of a kind that are ready or on their way.</summary>
    public Task<long> CountAsync(TokenKind kind) => file.RunAsync(connection => connection.Scalar<long>(
        "select count(*) from token where netuid = $0 and miner = $1 and epoch = $2 and rows = $3 and state < 2",
        (int)kind.Netuid, kind.Miner, (long)kind.Epoch, kind.Rows));

    /// <summary>Forgets tokens whose time is over.</summary>
    public Task ForgetBeforeAsync(ushort netuid, ulong epoch) => file.RunAsync(connection =>
        connection.Execute("delete from token where netuid = $0 and epoch + 1 < $1", (int)netuid, (long)epoch));

    /// <summary>The request of a seed: the same each time it is made.</summary>
    public static TokenRequest Rebuild(OpenTokenRequest open, TokenKey key, TokenChallenge challenge)
    {
        ArgumentNullException.ThrowIfNull(open);
        using SeededRandomSource random = new(PrngType.Blake2Xb, open.Seed);
        return TokenRequest.Create(key, challenge, random);
    }

    /// <summary>Puts tokens that were taken out ahead and not used back, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (Shelf shelf in shelves.Values)
        {
            await shelf.Refilling.ConfigureAwait(false);
            foreach (TakenToken unused in shelf.Tokens)
            {
                await ReturnAsync(unused).ConfigureAwait(false);
            }

            shelf.Refill.Dispose();
        }

        await file.DisposeAsync().ConfigureAwait(false);
    }

    // Beside the query that found few left. A fault is not its own: the query that finds the shelf empty meets the same one.
    private async Task RefillAheadAsync(Shelf shelf, ushort netuid, string miner, int rows, ulong epoch, DateTimeOffset now)
    {
        await shelf.Refill.WaitAsync().ConfigureAwait(false);
        try
        {
            int wanted = Math.Min(UsualAhead, MostAhead - shelf.Tokens.Count);
            if (wanted > 0)
            {
                (await TakeOutAsync(netuid, miner, rows, epoch, now, wanted).ConfigureAwait(false)).ForEach(shelf.Tokens.Enqueue);
            }
        }
        catch (Exception fault) when (fault is Microsoft.Data.Sqlite.SqliteException or ClinicException or ObjectDisposedException)
        {
            return;
        }
        finally
        {
            shelf.Refill.Release();
            Volatile.Write(ref shelf.Ahead, 0);
        }
    }

    private async Task<List<TakenToken>> TakeOutAsync(ushort netuid, string miner, int rows, ulong epoch, DateTimeOffset now, int wanted)
    {
        List<(byte[] Id, byte[] Secret, long Epoch)> found = await file.RunAsync(connection =>
        {
            List<(byte[] Id, byte[] Secret, long Epoch)> oldest = connection.Query(
                "select id, secret, epoch from token where netuid = $0 and miner = $1 and rows = $2 and state = $3 and epoch >= $4 and epoch <= $5 and usable_at <= $6 order by epoch, usable_at, id limit $7",
                reader => (reader.Blob(0)!, reader.Blob(1)!, reader.GetInt64(2)),
                (int)netuid, miner, rows, (int)State.Ready, epoch == 0 ? 0L : (long)epoch - 1, (long)epoch, now.ToUnixTimeMilliseconds(), wanted);
            foreach ((byte[] id, _, _) in oldest)
            {
                connection.Execute("update token set state = $1 where id = $0", id, (int)State.Taken);
            }

            return oldest;
        }).ConfigureAwait(false);
        return [.. found.Select(token => new TakenToken(token.Id, Open(token.Secret, token.Id), (ulong)token.Epoch))];
    }

    private byte[] Open(byte[] secret, byte[] id) => atRest.Open(secret, id)
        ?? throw new ClinicException(ClinicFault.StoreFailed, "The token wallet does not open.", "Use the wallet it was made with; if its file was changed, restore it.");

    // Tokens of one kind that are taken out of the store durably and not used yet.
    private sealed class Shelf
    {
        public int Waiting;

        public int Ahead;

        /// <summary>The last refill that was begun before the shelf was empty.</summary>
        public Task Refilling { get; set; } = Task.CompletedTask;

        /// <summary>Whether it was filled before: who asks again will ask once more.</summary>
        public bool IsUsed { get; set; }

        public ConcurrentQueue<TakenToken> Tokens { get; } = new();

        public SemaphoreSlim Refill { get; } = new(1, 1);

        /// <summary>The first token that is good in an epoch; what is good no more is dropped.</summary>
        public TakenToken? TryTake(ulong epoch)
        {
            while (Tokens.TryDequeue(out TakenToken? taken))
            {
                if (taken.Epoch <= epoch && taken.Epoch + 1 >= epoch)
                {
                    return taken;
                }
            }

            return null;
        }
    }
}
