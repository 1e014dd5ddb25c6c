using System.Globalization;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Export;

/// <summary>
/// Entries as CSV (RFC 4180, CRLF, header). A cell that a spreadsheet would take for a formula gets an apostrophe in front. The last line is
/// a comment row with size and root, so that the file can be held against the log.
/// </summary>
internal static class CsvExport
{
    private static readonly (string Name, Func<LoggedEntry, string?> Value)[] Columns =
    [
        ("index", entry => entry.Index.ToString(CultureInfo.InvariantCulture)),
        ("time", entry => Text(entry, "time")),
        ("type", entry => Text(entry, "type")),
        ("actor_kind", entry => Part(entry, "actor", "kind")),
        ("actor_id", entry => Part(entry, "actor", "id")),
        ("user", entry => Part(entry, "actor", "user")),
        ("role", entry => Part(entry, "actor", "role")),
        ("peer_kind", entry => Part(entry, "peer", "kind")),
        ("peer_id", entry => Part(entry, "peer", "id")),
        ("purpose", entry => Text(entry, "purpose")),
        ("basis", entry => Text(entry, "basis")),
        ("consent_ref", entry => Part(entry, "consent", "ref")),
        ("consent_ver", entry => entry.Members.ObjectOrNull("consent")?.IntegerOrNull("ver")?.ToString(CultureInfo.InvariantCulture)),
        ("subject", entry => Text(entry, "subject")),
        ("model_id", entry => Part(entry, "model", "id")),
        ("model_ver", entry => Part(entry, "model", "ver")),
        ("model_commit", entry => Part(entry, "model", "commit")),
        ("in_hash", entry => Part(entry, "in", "hash")),
        ("out_hash", entry => Part(entry, "out", "hash")),
        ("outcome", entry => Text(entry, "outcome")),
        ("code", entry => Text(entry, "code")),
        ("event", entry => Text(entry, "event")),
        ("ref", entry => Text(entry, "ref")),
        ("leaf_hash", entry => entry.Leaf.ToString()),
    ];

    /// <summary>Writes the file.</summary>
    public static void Write(IEnumerable<LoggedEntry> entries, Checkpoint checkpoint, TextWriter output)
    {
        WriteRow(output, Columns.Select(column => column.Name));
        foreach (LoggedEntry entry in entries)
        {
            WriteRow(output, Columns.Select(column => column.Value(entry) ?? ""));
        }

        WriteRow(output, [string.Create(CultureInfo.InvariantCulture, $"# size {checkpoint.Size} root {checkpoint.Root}")]);
    }

    private static void WriteRow(TextWriter output, IEnumerable<string> cells) => output.Write(string.Join(',', cells.Select(Cell)) + "\r\n");

    private static string Cell(string value)
    {
        string safe = value.Length > 0 && value[0] is ('=' or '+' or '-' or '@' or '\t' or '\r') ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    private static string? Text(LoggedEntry entry, string name) => entry.Members.TextOrNull(name);

    private static string? Part(LoggedEntry entry, string name, string part) => entry.Members.ObjectOrNull(name)?.TextOrNull(part);
}
