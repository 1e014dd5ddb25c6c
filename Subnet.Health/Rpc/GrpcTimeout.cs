using System.Globalization;

namespace Subnet.Health.Rpc;

/// <summary>The form of <c>grpc-timeout</c>: one to eight digits and a unit of <c>H M S m u n</c>.</summary>
internal static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;
    private const long NanosecondsPerTick = 100;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>
    /// Writes the time that remains, rounded up in the finest unit that has room. Nothing left is <c>1n</c>: zero is not
    /// allowed on the wire.
    /// </summary>
    public static string Format(TimeSpan remaining)
    {
        if (remaining <= TimeSpan.Zero)
        {
            return "1n";
        }

        if (remaining.Ticks <= MaxValue / NanosecondsPerTick)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{remaining.Ticks * NanosecondsPerTick}n");
        }

        foreach ((char unit, long ticks) in Units)
        {
            long value = (remaining.Ticks - 1) / ticks + 1;
            if (value <= MaxValue)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{MaxValue}H");
    }

    /// <summary>Reads it; false for no digit, more than eight, anything but digits, or an unknown unit. Nanoseconds round up to ticks of 100 ns.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return false;
        }

        char unit = text[^1];
        if (unit == 'n')
        {
            timeout = TimeSpan.FromTicks((value + NanosecondsPerTick - 1) / NanosecondsPerTick);
            return true;
        }

        foreach ((char known, long ticks) in Units)
        {
            if (unit == known)
            {
                timeout = TimeSpan.FromTicks(value * ticks);
                return true;
            }
        }

        return false;
    }
}
