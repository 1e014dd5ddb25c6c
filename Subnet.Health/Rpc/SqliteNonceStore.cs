using Microsoft.Data.Sqlite;
using Subnet.Crypto.Identity;
using Subnet.Health.Storage;

namespace Subnet.Health.Rpc;

/// <summary>
/// Used nonces in one SQLite file. Check and store are one transaction that is on the disk before the call returns, so a replay is refused across restarts and by
/// every process that shares the file. What expired is forgotten from time to time; the moment up to which it was is kept, so that a clock set back opens no window.
/// </summary>
internal sealed class SqliteNonceStore : INonceStore, IDisposable
{
    private const int SweepInterval = 1024;

    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly TimeProvider time;
    private int untilSweep = SweepInterval;

    static SqliteNonceStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">Says what expired.</param>
    /// <param name="maxPages">How large it may grow, in pages of 4 KiB; 0 for no bound but the disk's.</param>
    /// <exception cref="SqliteException">The file cannot be opened or is no store of nonces.</exception>
    public SqliteNonceStore(string path, TimeProvider time, int maxPages = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(time);
        this.time = time;
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(
                """
                pragma busy_timeout = 5000;
                pragma journal_mode = wal;
                pragma synchronous = full;
                create table if not exists nonce (sender blob not null, nonce blob not null, expires integer not null, primary key (sender, nonce)) without rowid;
                create index if not exists nonce_expires on nonce (expires);
                create table if not exists horizon (id integer primary key check (id = 0), forgotten integer not null);
                insert or ignore into horizon values (0, 0);
                """);
            if (maxPages > 0)
            {
                Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pragma max_page_count = {maxPages}"));
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> nonce, DateTimeOffset expires)
    {
        byte[] senderBytes = sender.ToArray();
        byte[] nonceBytes = nonce.ToArray();
        lock (gate)
        {
            using WriteTransaction transaction = new(connection);
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText =
                "insert or ignore into nonce select $sender, $nonce, $expires where $expires > (select forgotten from horizon where id = 0)";
            insert.Parameters.AddWithValue("$sender", senderBytes);
            insert.Parameters.AddWithValue("$nonce", nonceBytes);
            insert.Parameters.AddWithValue("$expires", expires.UtcTicks);
            bool added = insert.ExecuteNonQuery() == 1;
            if (added && --untilSweep == 0)
            {
                untilSweep = SweepInterval;
                Sweep();
            }

            transaction.Commit();
            return added;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();

    private void Sweep()
    {
        using SqliteCommand sweep = connection.CreateCommand();
        sweep.CommandText = "update horizon set forgotten = max(forgotten, $now); delete from nonce where expires <= $now";
        sweep.Parameters.AddWithValue("$now", time.GetUtcNow().UtcTicks);
        sweep.ExecuteNonQuery();
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
