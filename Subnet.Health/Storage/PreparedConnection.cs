using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>
/// A connection that keeps its statements prepared: a role runs a dozen statements some hundred times a second, and parsing one costs more than running it.
/// For one thread at a time; statements are few and fixed, so all are kept.
/// </summary>
internal sealed class PreparedConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>A statement with its values set; null while it runs already, as when a row's reader asks the same again.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">The values of <c>$0</c>, <c>$1</c>, ...</param>
    public SqliteCommand? TryTake(string sql, ReadOnlySpan<object?> values)
    {
        if (!entries.TryGetValue(sql, out Entry? entry))
        {
            entries.Add(sql, entry = new Entry(SqliteCommands.Create(this, sql, values)));
        }
        else if (entry.IsTaken)
        {
            return null;
        }
        else
        {
            entry.Command.Transaction = Transaction;
            for (int i = 0; i < values.Length; i++)
            {
                entry.Command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }
        }

        entry.IsTaken = true;
        return entry.Command;
    }

    /// <summary>Gives a statement back; its values are forgotten.</summary>
    public void Return(SqliteCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        foreach (SqliteParameter parameter in command.Parameters)
        {
            parameter.Value = DBNull.Value;
        }

        entries[command.CommandText].IsTaken = false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Entry entry in entries.Values)
            {
                entry.Command.Dispose();
            }

            entries.Clear();
        }

        base.Dispose(disposing);
    }

    private sealed class Entry(SqliteCommand command)
    {
        public SqliteCommand Command { get; } = command;

        public bool IsTaken { get; set; }
    }
}
