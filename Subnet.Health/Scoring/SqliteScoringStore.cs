using Microsoft.Data.Sqlite;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Scoring;

/// <summary>Scored cases and scoring seeds of one party in one SQLite file; every answer is on the disk before it is given. Safe for concurrent use.</summary>
internal sealed class SqliteScoringStore : IScoredCases, IScoringSeeds, IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly IRandomSource random;

    static SqliteScoringStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no such store.</exception>
    public SqliteScoringStore(string path, IRandomSource random)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(random);
        this.random = random;
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(
                """
                pragma busy_timeout = 5000;
                pragma journal_mode = wal;
                pragma synchronous = full;
                create table if not exists scored (event text primary key, batch blob not null) without rowid;
                create table if not exists seeds (slot blob primary key, seed blob not null, batch blob) without rowid;
                """);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string key)
    {
        lock (gate)
        {
            return Scalar("select 1 from scored where event = $a", key) is not null;
        }
    }

    /// <inheritdoc/>
    public bool TryMark(ReadOnlyMemory<byte> batch, IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        byte[] name = batch.ToArray();
        lock (gate)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            foreach (string key in keys)
            {
                if (Execute("insert or ignore into scored values ($a, $b)", key, name) == 0
                    && (Scalar("select batch from scored where event = $a", key) as byte[])?.AsSpan().SequenceEqual(name) != true)
                {
                    transaction.Rollback();
                    return false;
                }
            }

            transaction.Commit();
            return true;
        }
    }

    /// <inheritdoc/>
    public byte[] SeedOf(ReadOnlyMemory<byte> window)
    {
        byte[] slot = window.ToArray();
        byte[] fresh = new byte[32];
        lock (gate)
        {
            random.Fill(fresh);
            Execute("insert or ignore into seeds (slot, seed) values ($a, $b)", slot, fresh);
            return (byte[])Scalar("select seed from seeds where slot = $a", slot)!;
        }
    }

    /// <inheritdoc/>
    public bool TryBind(ReadOnlyMemory<byte> window, ReadOnlyMemory<byte> batchStatement)
    {
        byte[] slot = window.ToArray();
        byte[] statement = batchStatement.ToArray();
        lock (gate)
        {
            Execute("update seeds set batch = $b where slot = $a and batch is null", slot, statement);
            return (Scalar("select batch from seeds where slot = $a", slot) as byte[])?.AsSpan().SequenceEqual(statement) == true;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();

    private int Execute(string text, object? a = null, object? b = null)
    {
        using SqliteCommand command = Command(text, a, b);
        return command.ExecuteNonQuery();
    }

    private object? Scalar(string text, object a)
    {
        using SqliteCommand command = Command(text, a, null);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    private SqliteCommand Command(string text, object? a, object? b)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        if (a is not null)
        {
            command.Parameters.AddWithValue("$a", a);
        }

        if (b is not null)
        {
            command.Parameters.AddWithValue("$b", b);
        }

        return command;
    }
}
