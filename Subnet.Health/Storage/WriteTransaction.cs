using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>
/// A transaction in plain SQL: undone where it was not committed. SQLite undoes a transaction by itself when the disk is full; the driver's own transaction does not notice, fails
/// over that in the place of the full disk, and lets the connection begin no other.
/// </summary>
internal sealed class WriteTransaction : IDisposable
{
    private readonly SqliteConnection connection;
    private bool isOver;

    /// <summary>Begins it.</summary>
    /// <param name="connection">An open connection without a transaction.</param>
    /// <exception cref="SqliteException">The disk refused.</exception>
    public WriteTransaction(SqliteConnection connection)
    {
        this.connection = connection;
        connection.Execute("begin immediate");
    }

    /// <summary>Makes what was done durable.</summary>
    /// <exception cref="SqliteException">The disk refused; nothing of it is stored.</exception>
    public void Commit()
    {
        connection.Execute("commit");
        isOver = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOver)
        {
            return;
        }

        isOver = true;
        try
        {
            connection.Execute("rollback");
        }
        catch (SqliteException)
        {
            // It was undone already; what the caller is to hear is what came before.
            return;
        }
    }
}
