using System.Data.Common;
using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger;

namespace Subnet.Core.Storage;

/// <summary>A ledger in one SQLite file: write-ahead log, flushed to the disk at every commit.</summary>
public sealed class SqliteLedgerStore : SqlLedgerStore
{
    private const int Full = 13;
    private const int UniqueViolation = 19;

    static SqliteLedgerStore() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="durable">False only where a loss does not matter, such as a simulation: then nothing is flushed.</param>
    /// <exception cref="LedgerStoreException">It cannot be opened, or is no ledger.</exception>
    public SqliteLedgerStore(string path, bool durable = true)
        : base(
            new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()),
            path,
            "blob",
            $"pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = {(durable ? "full" : "off")};")
    {
    }

    private protected override string BeginStatement => "begin immediate";

    private protected override string PlaceColumn => "integer primary key autoincrement";

    private protected override bool IsDuplicate(DbException exception) => exception is SqliteException { SqliteErrorCode: UniqueViolation };

    private protected override bool IsFull(DbException exception) => exception is SqliteException { SqliteErrorCode: Full };
}
