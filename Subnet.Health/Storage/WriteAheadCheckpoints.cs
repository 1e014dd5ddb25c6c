using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>
/// Carries a file's write-ahead log into the file beside the commits, on a connection of its own: done inside a commit, as SQLite does by default, it holds every caller up for
/// as long as some megabytes take. Only where commits outrun it the next one waits. One at a time.
/// </summary>
/// <param name="connectionString">The file, without pooling.</param>
internal sealed class WriteAheadCheckpoints(string connectionString) : IAsyncDisposable, IDisposable
{
    // 64 MiB of pages of 4 KiB.
    private const long MostFrames = 16 << 10;

    private Task<long> running = Task.FromResult(0L);

    /// <summary>Begins one, unless one runs.</summary>
    /// <param name="writer">The connection that commits, between two commits.</param>
    public void Begin(SqliteConnection writer)
    {
        if (!running.IsCompleted)
        {
            return;
        }

        if (running.Result > MostFrames)
        {
            writer.Execute("pragma wal_checkpoint(truncate)");
        }

        running = Task.Run(Run);
    }

    /// <summary>Waits for the one that runs.</summary>
    public async ValueTask DisposeAsync() => await running.ConfigureAwait(false);

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => running.GetAwaiter().GetResult();

    // How long the write-ahead log is, in frames; it begins anew by itself once all of it is carried over.
    private long Run()
    {
        try
        {
            using SqliteConnection connection = new(connectionString);
            connection.Open();
            return connection.Query("pragma wal_checkpoint(passive)", reader => reader.GetInt64(1)).FirstOrDefault();
        }
        catch (SqliteException)
        {
            // Nothing is lost: the write-ahead log has it all, and a disk that refuses is told to whoever commits.
            return 0;
        }
    }
}
