using System.Data.Common;

namespace Subnet.Core.Storage;

/// <summary>
/// A transaction in plain SQL: undone where it was not committed. SQLite undoes a transaction by itself when the disk is full; the driver's own transaction does not notice, fails
/// over that in the place of the full disk, and lets the connection begin no other.
/// </summary>
internal sealed class PlainTransaction : IDisposable
{
    private readonly DbConnection _connection;
    private bool _isOver;

    /// <summary>Begins it.</summary>
    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="begin">The statement that begins it.</param>
    /// <exception cref="DbException">The database refused.</exception>
    public PlainTransaction(DbConnection connection, string begin)
    {
        _connection = connection;
        Execute(begin);
    }

    /// <summary>Makes what was done durable.</summary>
    /// <exception cref="DbException">The database refused; nothing of it is stored.</exception>
    public void Commit()
    {
        Execute("commit");
        _isOver = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        try
        {
            Execute("rollback");
        }
        catch (DbException)
        {
            // It was undone already; what the caller is to hear is what came before.
            return;
        }
    }

    private void Execute(string statement)
    {
        using DbCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // One of three constants.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
