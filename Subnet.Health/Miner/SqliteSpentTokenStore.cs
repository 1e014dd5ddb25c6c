using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Tokens;

namespace Subnet.Health.Miner;

/// <summary>
/// A miner's spent tokens in one SQLite file. A spending is on the disk before the call returns. Spendings that come while another one is being written share the next
/// transaction, so the disk's flush does not bound their number per second.
/// </summary>
internal sealed class SqliteSpentTokenStore : ISpentTokenStore, IDisposable
{
    private readonly Lock gate = new();
    private readonly ConcurrentQueue<Spending> waiting = new();
    private readonly SqliteConnection connection;

    static SqliteSpentTokenStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no store of tokens.</exception>
    public SqliteSpentTokenStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                """
                pragma busy_timeout = 5000;
                pragma journal_mode = wal;
                pragma synchronous = full;
                create table if not exists spent (nonce blob primary key, token blob not null, request blob not null, reply blob) without rowid;
                """;
            command.ExecuteNonQuery();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public TokenSpending Spend(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> token, ReadOnlySpan<byte> request, out byte[]? storedReply)
    {
        Spending spending = new(nonce.ToArray(), token.ToArray(), request.ToArray());
        waiting.Enqueue(spending);
        lock (gate)
        {
            if (!spending.IsDone)
            {
                WriteWaiting();
            }
        }

        storedReply = spending.Reply;
        return spending.Fault is null ? spending.Outcome : throw spending.Fault;
    }

    /// <inheritdoc/>
    public void StoreReply(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> reply)
    {
        byte[] nonceBytes = nonce.ToArray();
        byte[] replyBytes = reply.ToArray();
        lock (gate)
        {
            using SqliteCommand update = connection.CreateCommand();
            update.CommandText = "update spent set reply = $reply where nonce = $nonce";
            update.Parameters.AddWithValue("$nonce", nonceBytes);
            update.Parameters.AddWithValue("$reply", replyBytes);
            update.ExecuteNonQuery();
        }
    }

    /// <summary>Every spent token, sorted by its bytes, as settlement wants them.</summary>
    public IReadOnlyList<byte[]> ReadTokens()
    {
        lock (gate)
        {
            using SqliteCommand select = connection.CreateCommand();
            select.CommandText = "select token from spent";
            using SqliteDataReader reader = select.ExecuteReader();
            List<byte[]> tokens = [];
            while (reader.Read())
            {
                tokens.Add(reader.GetFieldValue<byte[]>(0));
            }

            return TokenSettlement.Sort(tokens);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();

    /// <summary>Writes everything that waits in one transaction. If the disk fails, nobody of them is told that a token was spent.</summary>
    private void WriteWaiting()
    {
        List<Spending> batch = [];
        while (waiting.TryDequeue(out Spending? spending))
        {
            batch.Add(spending);
        }

        try
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            foreach (Spending spending in batch)
            {
                Write(spending, transaction);
            }

            transaction.Commit();
        }
        catch (SqliteException fault)
        {
            batch.ForEach(spending => spending.Fault = fault);
        }

        batch.ForEach(spending => spending.IsDone = true);
    }

    private void Write(Spending spending, SqliteTransaction transaction)
    {
        using SqliteCommand insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "insert or ignore into spent (nonce, token, request) values ($nonce, $token, $request)";
        insert.Parameters.AddWithValue("$nonce", spending.Nonce);
        insert.Parameters.AddWithValue("$token", spending.Token);
        insert.Parameters.AddWithValue("$request", spending.Request);
        if (insert.ExecuteNonQuery() == 1)
        {
            spending.Outcome = TokenSpending.Spent;
            return;
        }

        using SqliteCommand select = connection.CreateCommand();
        select.Transaction = transaction;
        select.CommandText = "select token, request, reply from spent where nonce = $nonce";
        select.Parameters.AddWithValue("$nonce", spending.Nonce);
        using SqliteDataReader reader = select.ExecuteReader();
        reader.Read();
        bool same = reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(spending.Token)
            && reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(spending.Request);
        spending.Outcome = same ? TokenSpending.Retried : TokenSpending.DoubleSpent;
        spending.Reply = same && !reader.IsDBNull(2) ? reader.GetFieldValue<byte[]>(2) : null;
    }

    private sealed class Spending(byte[] nonce, byte[] token, byte[] request)
    {
        public byte[] Nonce { get; } = nonce;

        public byte[] Token { get; } = token;

        public byte[] Request { get; } = request;

        public TokenSpending Outcome { get; set; }

        public byte[]? Reply { get; set; }

        public SqliteException? Fault { get; set; }

        public bool IsDone { get; set; }
    }
}
