namespace Subnet.Health.Rpc;

/// <summary>
/// Calls back once when a span of monotonic time is over. Longer spans than a timer can hold are waited for in parts.
/// Safe for concurrent use.
/// </summary>
internal sealed class DeadlineTimer : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    private readonly TimeProvider clock;
    private readonly long started;
    private readonly TimeSpan span;
    private readonly Action expired;
    private readonly ITimer timer;
    private int fired;

    /// <summary>Starts; <paramref name="expired"/> runs on a pool thread, never inside this constructor.</summary>
    public DeadlineTimer(TimeProvider clock, TimeSpan span, Action expired)
    {
        this.clock = clock;
        this.span = span;
        this.expired = expired;
        started = clock.GetTimestamp();
        timer = clock.CreateTimer(static state => ((DeadlineTimer)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(NextWait(), Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is left; never negative.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan left = span - clock.GetElapsedTime(started);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether the span is over.</summary>
    public bool HasExpired => Remaining == TimeSpan.Zero;

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    // A timer counts whole milliseconds and may come early by less than one.
    private TimeSpan NextWait() => TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(Remaining.TotalMilliseconds, LongestWait.TotalMilliseconds)));

    private void Check()
    {
        if (!HasExpired)
        {
            timer.Change(NextWait(), Timeout.InfiniteTimeSpan);
        }
        else if (Interlocked.Exchange(ref fired, 1) == 0)
        {
            expired();
        }
    }
}
