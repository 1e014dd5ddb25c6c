using System.Globalization;
using System.Text.Json;

namespace Subnet.Health.Conformance.Models;

/// <summary>What <c>about.json</c> says of a case, as far as replaying needs it.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Mapping">Table columns of input columns that have other names or several slots.</param>
/// <param name="EdgeRowsFrom">First row made up to be extreme; the number of rows where there is none.</param>
/// <param name="TieRowsFrom">First row that lies exactly on tree thresholds; the number of rows where there is none.</param>
/// <param name="RuntimeRefuses">Whether ONNX Runtime itself does not load the export.</param>
/// <param name="OutcomeColumn">The column of the table that holds a yes or a no for each patient; null for tasks of another kind.</param>
internal sealed record ModelCase(
    string Name,
    string Folder,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Mapping,
    int EdgeRowsFrom,
    int TieRowsFrom,
    bool RuntimeRefuses,
    string? OutcomeColumn)
{
    /// <summary>The file that makes a folder a case.</summary>
    public const string AboutFile = "about.json";

    /// <summary>What stands in a row that ONNX Runtime did not answer.</summary>
    public const string RefusedByRuntime = "ERROR";

    private static readonly HashSet<string> KnownFiles = new(StringComparer.Ordinal)
    {
        AboutFile, "model.zip", "model.onnx", "input.csv", "expected.csv", "features.csv", "onnx_runtime.csv", "README.md",
    };

    /// <summary>Reads a case and checks that its folder holds nothing unknown.</summary>
    /// <exception cref="FormatException">It does, or <c>about.json</c> lacks something.</exception>
    public static ModelCase Read(string folder)
    {
        foreach (string file in Directory.EnumerateFileSystemEntries(folder))
        {
            if (!KnownFiles.Contains(Path.GetFileName(file)))
            {
                throw new FormatException($"unknown file {Path.GetFileName(file)}");
            }
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, AboutFile)));
            JsonElement about = document.RootElement;
            var mapping = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            if (about.TryGetProperty("inputColumns", out JsonElement inputs))
            {
                foreach (JsonElement input in inputs.EnumerateArray())
                {
                    mapping[input.GetProperty("name").GetString()!] =
                        [.. input.GetProperty("csvColumns").EnumerateArray().Select(column => column.GetString()!)];
                }
            }

            int rows = about.GetProperty("rows").GetInt32();
            return new ModelCase(
                about.GetProperty("case").GetString()!,
                folder,
                mapping,
                about.TryGetProperty("edgeRowsFrom", out JsonElement edge) ? edge.GetInt32() : rows,
                about.TryGetProperty("tieRowsFrom", out JsonElement tie) ? tie.GetInt32() : rows,
                about.TryGetProperty("onnxRuntimeCheck", out JsonElement check) && check.TryGetProperty("loadError", out _),
                TextOf(about, "task") == "binary" ? TextOf(about, "label") : null);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"{AboutFile}: {fault.Message}", fault);
        }
    }

    /// <summary>The true answers of a table's rows: a number above 0 or "true" is a yes. Null where the case names no such column.</summary>
    public bool?[]? Outcomes(VectorTable table)
    {
        if (OutcomeColumn is not string column || !table.Columns.Contains(column))
        {
            return null;
        }

        return [.. Enumerable.Range(0, table.Count).Select(row => Outcome(table[row, column]))];
    }

    private static bool? Outcome(string field) =>
        bool.TryParse(field, out bool word) ? word
        : double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !double.IsNaN(value) ? value > 0
        : null;

    private static string? TextOf(JsonElement about, string property) =>
        about.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A file of the case, or null when it is not there.</summary>
    public string? Find(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? path : null;
    }

    /// <summary>A file that must be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public string Require(string name) => Find(name) ?? throw new FormatException($"{name} is missing");
}
