using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Subnet.Health.Validator.Store;

/// <summary>
/// What a validator must not lose, in one SQLite file: plans with their master seeds, answers, announced plans of others, verdicts, scores, and the weights it committed
/// with their salt. Everything is on the disk before the step that depends on it. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The file holds the masters of running audits: whoever reads it reads these audits' answers and knows which queries were audits. It is made readable for its owner
/// only, like a key file.
/// </remarks>
internal sealed partial class ValidatorStore : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;

    static ValidatorStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no validator's store.</exception>
    public ValidatorStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path) && !OperatingSystem.IsWindows())
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            new FileStream(path, options).Dispose();
        }

        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(
                """
                pragma busy_timeout = 5000;
                pragma journal_mode = wal;
                pragma synchronous = full;
                create table if not exists plan (
                    netuid integer not null, epoch integer not null, root blob not null, signature blob not null, closed integer not null default 0,
                    primary key (netuid, epoch));
                create table if not exists challenge (
                    id integer primary key, netuid integer not null, epoch integer not null, miner blob not null, card blob not null, kind integer not null,
                    master blob not null, rows blob not null, labels blob not null, state integer not null default 0, event blob not null,
                    token blob not null default x'', reply blob not null default x'', receipt blob not null default x'', signature blob not null default x'',
                    latency_ms real not null default 0, keys blob not null default x'', reason text not null default '', leaf blob not null default x'');
                create index if not exists challenge_epoch on challenge (netuid, epoch);
                create index if not exists challenge_card on challenge (netuid, card);
                create table if not exists card (hash blob primary key, canonical blob not null) without rowid;
                create table if not exists announced (
                    netuid integer not null, epoch integer not null, validator blob not null, root blob not null, height integer not null,
                    primary key (netuid, epoch, validator)) without rowid;
                create table if not exists verdict (
                    netuid integer not null, epoch integer not null, miner blob not null, card blob not null, statement blob not null, passes integer not null,
                    code text not null, signatures blob not null, form blob not null, primary key (netuid, epoch, miner, card));
                create table if not exists score (
                    netuid integer not null, miner blob not null, card blob not null, value real not null, audited integer not null, epoch integer not null,
                    primary key (netuid, miner, card)) without rowid;
                create table if not exists organic_score (
                    netuid integer not null, epoch integer not null, miner blob not null, card blob not null, batch blob not null, value real not null,
                    primary key (netuid, epoch, miner, card, batch)) without rowid;
                create table if not exists quality (
                    netuid integer not null, epoch integer not null, miner blob not null, card blob not null, quality text not null, bins text not null, service real not null,
                    primary key (netuid, miner, card)) without rowid;
                create table if not exists duplicate (
                    netuid integer not null, owner text not null, copy text not null, differing integer not null, largest integer not null, compared integer not null,
                    primary key (netuid, owner, copy)) without rowid;
                create table if not exists weights (
                    netuid integer not null, epoch integer not null, uids blob not null, shares blob not null, salt blob not null, digest blob not null,
                    state integer not null default 0, primary key (netuid, epoch)) without rowid;
                """);

            // A file of before circuits with keys were examined has no column for their seeds, one of before reasons or leaves were kept none for these.
            AddMissingColumn("keys", "blob not null default x''");
            AddMissingColumn("reason", "text not null default ''");
            AddMissingColumn("leaf", "blob not null default x''");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();

    private void AddMissingColumn(string name, string type)
    {
        if (Query("select count(*) from pragma_table_info('challenge') where name = $name", static reader => reader.GetInt32(0), ("$name", name)).Single() == 0)
        {
            Execute($"alter table challenge add column {name} {type}");
        }
    }

    private int Execute(string sql, params (string Name, object Value)[] parameters)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            return command.ExecuteNonQuery();
        }
    }

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object Value)[] parameters)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            using SqliteDataReader reader = command.ExecuteReader();
            List<T> found = [];
            while (reader.Read())
            {
                found.Add(read(reader));
            }

            return found;
        }
    }

    private SqliteCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value is ulong large ? checked((long)large) : value);
        }

        return command;
    }

    private static byte[] Bytes(SqliteDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    private static ulong Large(SqliteDataReader reader, int column) => checked((ulong)reader.GetInt64(column));

    /// <summary>Rows of integers as text: count of columns is the same in all.</summary>
    private static byte[] Pack(long[][] rows) => System.Text.Encoding.ASCII.GetBytes(
        string.Join('\n', rows.Select(row => string.Join(' ', row.Select(value => value.ToString(CultureInfo.InvariantCulture))))));

    private static long[][] UnpackRows(byte[] packed) =>
    [
        .. System.Text.Encoding.ASCII.GetString(packed).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(value => long.Parse(value, CultureInfo.InvariantCulture)).ToArray()),
    ];

    private static byte[] Pack(int[] numbers) => Pack([[.. numbers.Select(number => (long)number)]]);

    private static int[] UnpackNumbers(byte[] packed) => UnpackRows(packed) is [var row] ? [.. row.Select(value => (int)value)] : [];

    private static byte[] Pack(ReadOnlySpan<ushort> values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();

    private static ushort[] UnpackShorts(byte[] packed) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(packed).ToArray();
}
