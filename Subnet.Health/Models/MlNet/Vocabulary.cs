using System.Globalization;

namespace Subnet.Health.Models.MlNet;

/// <summary>The values behind a key column, in key order. It travels with the column.</summary>
/// <param name="Kind">Type of the values.</param>
/// <param name="Texts">The values, for text.</param>
/// <param name="Numbers">The values, for real numbers and truth values.</param>
/// <param name="Integers">The values, for integers; unsigned ones keep their bits.</param>
/// <param name="AsText">Whether the trainer attached the values as text whatever their type: mapped back they are text.</param>
internal sealed record Vocabulary(ColumnKind Kind, string[]? Texts, double[]? Numbers, long[]? Integers, bool AsText)
{
    /// <summary>Number of values.</summary>
    public int Count => Texts?.Length ?? Integers?.Length ?? Numbers!.Length;

    /// <summary>The values as text, numbers in shortest form; double precision ones in 17 digits where they are attached as text.</summary>
    public string[] Names => Texts ?? Integers?.Select(Name).ToArray() ?? [.. Numbers!.Select(Name)];

    private string Name(long value) => Kind == ColumnKind.Unsigned
        ? ((ulong)value).ToString(CultureInfo.InvariantCulture)
        : value.ToString(CultureInfo.InvariantCulture);

    private string Name(double value) => Kind == ColumnKind.Double
        ? value.ToString(AsText ? "G17" : "R", CultureInfo.InvariantCulture)
        : ((float)value).ToString("R", CultureInfo.InvariantCulture);
}
