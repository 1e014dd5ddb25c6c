using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>Short forms of SQLite commands; values are always parameters, <c>$0</c>, <c>$1</c>, ... in order.</summary>
internal static class SqliteCommands
{
    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using Lease lease = new(connection, sql, values);
        return lease.Command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row, or the default where there is none or it is null.</summary>
    public static T? Scalar<T>(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using Lease lease = new(connection, sql, values);
        return lease.Command.ExecuteScalar() is T value ? value : default;
    }

    /// <summary>Every row, read by <paramref name="read"/>.</summary>
    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        using Lease lease = new(connection, sql, values);
        using SqliteDataReader reader = lease.Command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>A blob, or null.</summary>
    public static byte[]? Blob(this SqliteDataReader reader, int column)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
    }

    /// <summary>A command of its own, with its values.</summary>
    internal static SqliteCommand Create(SqliteConnection connection, string sql, ReadOnlySpan<object?> values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"${i}"), values[i] ?? DBNull.Value);
        }

        return command;
    }

    // A prepared statement of the connection where it keeps them and it is free, else one of its own.
    private readonly ref struct Lease
    {
        private readonly PreparedConnection? keeper;

        public Lease(SqliteConnection connection, string sql, ReadOnlySpan<object?> values)
        {
            if (connection is PreparedConnection prepared && prepared.TryTake(sql, values) is { } kept)
            {
                (keeper, Command) = (prepared, kept);
            }
            else
            {
                Command = Create(connection, sql, values);
            }
        }

        public SqliteCommand Command { get; }

        public void Dispose()
        {
            if (keeper is null)
            {
                Command.Dispose();
            }
            else
            {
                keeper.Return(Command);
            }
        }
    }
}
