using System.Globalization;

namespace Subnet.Health.Cli.Output;

/// <summary>A number with its noun, in singular or plural: "1 row", "16 rows".</summary>
internal static class Quantity
{
    /// <summary>The number and the noun.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">One of them.</param>
    /// <param name="plural">Several of them; null: the noun with an s.</param>
    public static string Of(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : plural ?? noun + "s")}");
}
