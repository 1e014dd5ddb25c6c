namespace Subnet.Tests.Support;

/// <summary>A clock that goes on only when it is told to.</summary>
internal sealed class StandingClock : TimeProvider
{
    private TimeSpan now = TimeSpan.FromDays(20_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + now;

    public void Advance(TimeSpan time) => now += time;
}
