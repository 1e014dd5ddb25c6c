using System.Globalization;

namespace Subnet.Health.Review.Entries;

/// <summary>Times as entries and receipts write them: UTC with milliseconds, <c>2026-03-02T01:07:13.037Z</c>, 24 letters.</summary>
internal static class EntryTime
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
