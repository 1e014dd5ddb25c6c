using System.Data.Common;
using Npgsql;

namespace Subnet.Core.Storage;

/// <summary>A ledger in a PostgreSQL database (version 12 or newer), flushed to the disk at every commit.</summary>
public sealed class PostgresLedgerStore : SqlLedgerStore
{
    /// <summary>Opens a database and creates the tables in its first schema where there are none.</summary>
    /// <param name="connectionString">Such as <c>Host=...;Database=...;Username=...</c>.</param>
    /// <exception cref="Subnet.Core.Ledger.LedgerStoreException">It cannot be reached, or holds tables of another version.</exception>
    /// <exception cref="ArgumentException">The connection string is malformed.</exception>
    public PostgresLedgerStore(string connectionString)
        : base(
            new NpgsqlConnection(connectionString),
            Describe(connectionString),
            "bytea",
            "set synchronous_commit = on; set client_min_messages = warning;")
    {
    }

    private protected override string PlaceColumn => "bigint generated always as identity primary key";

    private protected override bool IsDuplicate(DbException exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    private protected override bool IsFull(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    private static string Describe(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        return $"PostgreSQL {builder.Host}:{builder.Port}/{builder.Database}";
    }
}
