using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>
/// Carries a file's write-ahead log into the file, most of it beside the commits on a connection of its own: done inside a commit, as SQLite does by default, it holds every
/// caller up for as long as some megabytes take. What was committed meanwhile is little, and the lane carries it over between two commits; then the log begins anew at its
/// front. So it stays short, and a commit writes over bytes that have their place on the disk already: an fsync takes half as long then, and does not wait for what others
/// change in the file system. One at a time.
/// </summary>
/// <param name="connectionString">The file, without pooling.</param>
internal sealed class WriteAheadCheckpoints(string connectionString) : IAsyncDisposable, IDisposable
{
    private const int CommitsPerCheckpoint = 64;

    private Task? running;
    private int commits;

    /// <summary>Says that a commit is through and its callers are answered; may carry over what is left of the log.</summary>
    /// <param name="writer">The connection that commits, between two commits.</param>
    public void Committed(SqliteConnection writer)
    {
        commits++;
        if (running is { IsCompleted: true })
        {
            running = null;
            Carry(writer);
            commits = 0;
        }
        else if (running is null && commits >= CommitsPerCheckpoint)
        {
            running = Task.Factory.StartNew(RunBeside, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Waits for the one that runs.</summary>
    public async ValueTask DisposeAsync() => await (running ?? Task.CompletedTask).ConfigureAwait(false);

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => running?.GetAwaiter().GetResult();

    private void RunBeside()
    {
        using SqliteConnection connection = new(connectionString);
        try
        {
            connection.Open();
        }
        catch (SqliteException)
        {
            return;
        }

        Carry(connection);
    }

    private static void Carry(SqliteConnection connection)
    {
        try
        {
            connection.Execute("pragma wal_checkpoint(passive)");
        }
        catch (SqliteException)
        {
            // Nothing is lost: the write-ahead log has it all, and a disk that refuses is told to whoever commits.
            return;
        }
    }
}
