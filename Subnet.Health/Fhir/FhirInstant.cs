using System.Globalization;
using System.Text.RegularExpressions;

namespace Subnet.Health.Fhir;

/// <summary>
/// A point in time as FHIR writes it. A partial time is the start of its interval (2024 is 2024-01-01T00:00Z), a missing zone is UTC.
/// A leap second is the last instant of its minute: after every 59th second's, and still of the same day.
/// </summary>
internal readonly partial record struct FhirInstant(DateTime Utc) : IComparable<FhirInstant>
{
    private const int LargestOffsetEast = 14 * 60;
    private const int LargestOffsetWest = 12 * 60;

    /// <summary>Reads a date, dateTime or instant. Seconds may be 60 (a leap second); 24:00 is no time.</summary>
    public static bool TryParse(string? text, out FhirInstant instant)
    {
        instant = default;
        if (text is null || Form().Match(text) is not { Success: true } match)
        {
            return false;
        }

        int year = Number(match, "y", 1);
        int month = Number(match, "mo", 1);
        int day = Number(match, "d", 1);
        int hour = Number(match, "h", 0);
        int minute = Number(match, "mi", 0);
        int second = Number(match, "s", 0);
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        int offset = (Number(match, "zh", 0) * 60) + Number(match, "zm", 0);
        bool east = match.Groups["sign"].Value == "+";
        if (Number(match, "zm", 0) > 59 || offset > (east ? LargestOffsetEast : LargestOffsetWest))
        {
            return false;
        }

        try
        {
            long ticks = match.Groups["f"].Success ? long.Parse(match.Groups["f"].Value.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture) : 0;
            DateTime local = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).AddSeconds(Math.Min(second, 59))
                .AddTicks(second == 60 ? TimeSpan.TicksPerSecond - 1 : ticks);
            instant = new FhirInstant(local.AddMinutes(east ? -offset : offset));
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            // The first or last day of the calendar, moved beyond it by its zone.
            return false;
        }
    }

    /// <summary>UTC to the second: <c>2024-01-01T00:00:00Z</c>.</summary>
    public override string ToString() => Utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public int CompareTo(FhirInstant other) => Utc.CompareTo(other.Utc);

    private static int Number(Match match, string group, int absent) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : absent;

    [GeneratedRegex(
        @"^(?<y>[0-9]{4})(-(?<mo>[0-9]{2})(-(?<d>[0-9]{2})(T(?<h>[0-9]{2}):(?<mi>[0-9]{2})(:(?<s>[0-9]{2})(\.(?<f>[0-9]+))?)?(Z|(?<sign>[+-])(?<zh>[0-9]{2}):(?<zm>[0-9]{2}))?)?)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
