using System.Data;
using System.Data.Common;
using Dapper;

namespace Subnet.Core.Storage;

/// <summary>
/// A transaction in plain SQL: undone where it was not committed. SQLite undoes a transaction by itself when the disk is full; the driver's own transaction does not notice, fails
/// over that in the place of the full disk, and lets the connection begin no other.
/// </summary>
// Dapper takes a statement of one word for the name of a procedure, unless it is told.
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
        connection.Execute(begin, commandType: CommandType.Text);
    }

    /// <summary>Makes what was done durable.</summary>
    /// <exception cref="DbException">The database refused; nothing of it is stored.</exception>
    public void Commit()
    {
        _connection.Execute("commit", commandType: CommandType.Text);
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
            _connection.Execute("rollback", commandType: CommandType.Text);
        }
        catch (DbException)
        {
            // It was undone already; what the caller is to hear is what came before.
            return;
        }
    }
}
