using System.CommandLine;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands;

/// <summary>The true answers in a table of rows: by them the area under the curve is measured before and after rounding.</summary>
internal static class LabelColumn
{
    /// <summary>The option that names the column.</summary>
    public static Option<string?> Option() => new("--label")
    {
        Description = "The column of --input with the true answers; after = what counts as yes, else a number above 0 does. The AUC is measured by it, before and after rounding.",
        HelpName = "COLUMN[=YES]",
    };

    /// <summary>The answer of each row; null where its field is empty. Null when no column is named.</summary>
    /// <param name="context">Command line and files.</param>
    /// <param name="label">The option.</param>
    /// <param name="input">The table's option.</param>
    /// <exception cref="CommandException">There is no such column, or a field is no number and nothing says what counts as yes.</exception>
    public static bool?[]? Read(CommandContext context, Option<string?> label, Option<string> input)
    {
        if (context.Get(label) is not string named)
        {
            return null;
        }

        string[] parts = named.Split('=', 2);
        using StreamReader text = File.OpenText(context.ExistingFile(context.Get(input)!));
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null });
        int column = parser.Read() ? Array.IndexOf(parser.Record!, parts[0]) : -1;
        if (column < 0)
        {
            throw new CommandException(ErrorCodes.Usage, $"The table has no column '{parts[0]}'.", $"Name one of {string.Join(", ", parser.Record ?? [])} with --label.");
        }

        var answers = new List<bool?>();
        while (parser.Read())
        {
            string field = column < parser.Count ? parser[column] : "";
            answers.Add(field.Length == 0 ? null : parts.Length == 2 ? field == parts[1] : Number(parts[0], field) > 0);
        }

        return [.. answers];
    }

    private static double Number(string column, string field) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        ? value
        : throw new CommandException(ErrorCodes.Usage, $"The column '{column}' holds '{field}', which is no number.", $"Say what counts as yes: --label {column}={field}.");
}
