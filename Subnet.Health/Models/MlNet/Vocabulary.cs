namespace Subnet.Health.Models.MlNet;

/// <summary>The values behind a key column, in key order. It travels with the column.</summary>
/// <param name="Kind">Type of the values.</param>
/// <param name="Texts">The values, for text.</param>
/// <param name="Numbers">The values, for numbers; integers that a double cannot hold are rounded.</param>
internal sealed record Vocabulary(ColumnKind Kind, string[]? Texts, double[]? Numbers)
{
    /// <summary>Number of values.</summary>
    public int Count => Texts?.Length ?? Numbers!.Length;

    /// <summary>The values as text, numbers in shortest form.</summary>
    public string[] Names => Texts ?? [.. Numbers!.Select(number =>
        Kind == ColumnKind.Double
            ? number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)
            : ((float)number).ToString("R", System.Globalization.CultureInfo.InvariantCulture))];
}
