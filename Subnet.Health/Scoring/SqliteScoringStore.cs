using Microsoft.Data.Sqlite;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Storage;

namespace Subnet.Health.Scoring;

/// <summary>Scored cases, scoring seeds and counts of aborts of one party in one SQLite file; every answer is on the disk before it is given. Safe for concurrent use.</summary>
internal sealed class SqliteScoringStore : IScoredCases, IScoringSeeds, IAbortCounts, IDisposable
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
                create table if not exists aborts (
                    batch blob not null, clinic blob not null, validator blob not null, scores integer not null, unopened integer not null, unseeded integer not null,
                    primary key (batch, validator)) without rowid;
                create table if not exists seeds (slot blob primary key, seed blob not null, batch blob) without rowid;
                create table if not exists anchors (slot blob primary key, height integer not null) without rowid;
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
            using WriteTransaction transaction = new(connection);
            foreach (string key in keys)
            {
                if (Execute("insert or ignore into scored values ($a, $b)", key, name) == 0
                    && (Scalar("select batch from scored where event = $a", key) as byte[])?.AsSpan().SequenceEqual(name) != true)
                {
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
    public bool TryAnchor(ReadOnlyMemory<byte> window, long height)
    {
        byte[] slot = window.ToArray();
        lock (gate)
        {
            Execute("insert or ignore into anchors values ($a, $b)", slot, height);
            return Scalar("select height from anchors where slot = $a", slot) is long known && known == height;
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

    /// <inheritdoc/>
    public void Count(ScoreBatchOpen batch, IReadOnlyList<SeedCommitment> drawn, IReadOnlyList<OrganicOutcome> outcomes, IReadOnlyList<ScoringFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(drawn);
        ArgumentNullException.ThrowIfNull(outcomes);
        ArgumentNullException.ThrowIfNull(findings);
        long unopened = outcomes.Count(outcome => outcome.ClinicOwesFee);
        lock (gate)
        {
            using WriteTransaction transaction = new(connection);
            foreach (SeedCommitment seat in drawn)
            {
                // A seed that came after all, behind an opening that overtook it, was not withheld.
                long unseeded = findings
                    .Where(found => !outcomes.Any(outcome => outcome.Fault == ScoringFault.None && outcome.Miner.Span.SequenceEqual(found.Miner.Span)))
                    .Where(found => found.Fault is ScoringFault.SeedWithheld or ScoringFault.OutputsDiffer && found.Party.Span.SequenceEqual(seat.Validator.Span))
                    .Select(found => Convert.ToHexStringLower(found.Miner.Span)).Distinct(StringComparer.Ordinal).Count();
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = "insert or ignore into aborts values ($batch, $clinic, $validator, $scores, $unopened, $unseeded)";
                command.Parameters.AddWithValue("$batch", batch.Batch.ToArray());
                command.Parameters.AddWithValue("$clinic", batch.Clinic.ToArray());
                command.Parameters.AddWithValue("$validator", seat.Validator.ToArray());
                command.Parameters.AddWithValue("$scores", outcomes.Count);
                command.Parameters.AddWithValue("$unopened", unopened);
                command.Parameters.AddWithValue("$unseeded", unseeded);
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<AbortRate> Read()
    {
        lock (gate)
        {
            using SqliteCommand command = Command(
                "select clinic, validator, sum(scores), sum(unopened), sum(unseeded) from aborts group by clinic, validator order by clinic, validator", null, null);
            using SqliteDataReader reader = command.ExecuteReader();
            List<AbortRate> rates = [];
            while (reader.Read())
            {
                rates.Add(new AbortRate(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
            }

            return rates;
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
