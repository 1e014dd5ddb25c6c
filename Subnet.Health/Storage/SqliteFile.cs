using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Subnet.Health.Storage;

/// <summary>
/// One SQLite file of a role, written by one lane: whatever waits when a commit ends goes into the next transaction together, so that
/// the disk's flush bounds the wait of one caller and not how many are served in a second. A caller is answered when its work is on the
/// disk; if the disk refuses, every caller of that transaction gets the fault and nothing of it is stored. Safe for concurrent use.
/// </summary>
internal sealed class SqliteFile : IAsyncDisposable, IDisposable
{
    private const int LongestBatch = 512;

    private readonly PreparedConnection connection;
    private readonly WriteAheadCheckpoints checkpoints;
    private readonly Channel<Work> queue = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly Task lane;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Statements that create what is not there yet.</param>
    /// <param name="maxPages">How large the file may grow, in pages of 4 KiB; 0 for no bound but the disk's.</param>
    /// <exception cref="SqliteException">The file cannot be opened or is not such a store.</exception>
    public SqliteFile(string path, string schema, int maxPages = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string source = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        connection = new PreparedConnection(source);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0;" + schema;
            command.ExecuteNonQuery();
            if (maxPages > 0)
            {
                command.CommandText = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pragma max_page_count = {maxPages}");
                command.ExecuteNonQuery();
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        checkpoints = new WriteAheadCheckpoints(source);
        lane = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Does work in the next transaction and returns when it is durable.</summary>
    /// <param name="work">Runs on the lane, alone; must not wait for the lane.</param>
    /// <exception cref="SqliteException">The disk refused; nothing of the work is stored.</exception>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Work<T> item = new(work);
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(item), this);
        return item.Answer.Task;
    }

    /// <summary>Does work in the next transaction and returns when it is durable.</summary>
    /// <inheritdoc cref="RunAsync{T}" path="/exception"/>
    public Task RunAsync(Action<SqliteConnection> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(connection =>
        {
            work(connection);
            return true;
        });
    }

    /// <summary>Finishes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await lane.ConfigureAwait(false);
        await checkpoints.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        queue.Writer.TryComplete();
        lane.GetAwaiter().GetResult();
        checkpoints.Dispose();
        connection.Dispose();
    }

    // On a thread of its own: the pool has one for each core, and one that waits for the disk would keep others from a core that is free.
    private void Run()
    {
        List<Work> batch = [];
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < LongestBatch && queue.Reader.TryRead(out Work? work))
            {
                batch.Add(work);
            }

            Commit(batch);
            batch.Clear();
            checkpoints.Committed(connection);
        }
    }

    private void Commit(List<Work> batch)
    {
        try
        {
            connection.Execute("begin immediate");
            batch.ForEach(work => work.Run(connection));
            connection.Execute("commit");
        }
        catch (SqliteException fault)
        {
            RollBack();
            batch.ForEach(work => work.Fail(fault));
            return;
        }

        batch.ForEach(work => work.Succeed());
    }

    private void RollBack()
    {
        try
        {
            connection.Execute("rollback");
        }
        catch (SqliteException)
        {
            // After some faults, a full disk among them, SQLite has rolled back by itself.
            return;
        }
    }

    private abstract class Work
    {
        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(SqliteException fault);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> work) : Work
    {
        private T result = default!;
        private Exception? own;

        public TaskCompletionSource<T> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Run(SqliteConnection connection)
        {
            try
            {
                result = work(connection);
            }
            catch (Exception fault) when (fault is not SqliteException)
            {
                // A caller's own fault is not the others'; it must have written nothing before it.
                own = fault;
            }
        }

        public override void Succeed()
        {
            if (own is null)
            {
                Answer.SetResult(result);
            }
            else
            {
                Answer.SetException(own);
            }
        }

        public override void Fail(SqliteException fault) => Answer.SetException(own ?? fault);
    }
}
