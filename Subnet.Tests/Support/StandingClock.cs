namespace Subnet.Tests.Support;

/// <summary>A clock that goes on only when it is told to.</summary>
internal sealed class StandingClock : TimeProvider
{
    private TimeSpan now = TimeSpan.FromDays(20_000);

    /// <summary>What it shows; may be set back.</summary>
    public DateTimeOffset Now
    {
        get => DateTimeOffset.UnixEpoch + now;
        set => now = value - DateTimeOffset.UnixEpoch;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.Ticks;

    public override DateTimeOffset GetUtcNow() => Now;

    public void Advance(TimeSpan time) => now += time;
}
