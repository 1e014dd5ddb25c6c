using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Export;

/// <summary>A form in which entries leave the program.</summary>
/// <param name="Word">Its word in options and addresses.</param>
/// <param name="Title">What people call it.</param>
/// <param name="MediaType">Media type of the file.</param>
/// <param name="Extension">Ending of the file's name.</param>
/// <param name="Write">Writes the entries of a log under a checkpoint.</param>
internal sealed record EntryExport(string Word, string Title, string MediaType, string Extension, Action<Checkpoint, IEnumerable<LoggedEntry>, TextWriter> Write)
{
    /// <summary>Base of systems and extensions in FHIR resources where a deployment names none of its own.</summary>
    public const string DefaultCanonicalBase = "https://audit.example/fhir";

    /// <summary>The private enterprise number for documentation (RFC 5612).</summary>
    public const int DocumentationEnterprise = 32473;

    /// <summary>All forms.</summary>
    public static IReadOnlyList<EntryExport> All { get; } =
    [
        new("csv", "CSV", "text/csv", "csv", static (checkpoint, entries, output) => CsvExport.Write(entries, checkpoint, output)),
        new("fhir", "FHIR AuditEvents", "application/fhir+ndjson", "fhir.ndjson", static (checkpoint, entries, output) => Fhir(checkpoint, entries, DefaultCanonicalBase, output)),
        new("syslog", "syslog", "text/plain", "syslog", static (_, entries, output) => Syslog(entries, "-", DocumentationEnterprise, output)),
        new("ndjson", "NDJSON as stored", "application/x-ndjson", "ndjson", static (_, entries, output) => Lines(entries.Select(static entry => entry.Text), output)),
    ];

    /// <summary>A form by its word, or null.</summary>
    public static EntryExport? Find(string word) => All.FirstOrDefault(export => export.Word == word);

    /// <summary>FHIR AuditEvents, one a line.</summary>
    public static void Fhir(Checkpoint checkpoint, IEnumerable<LoggedEntry> entries, string canonicalBase, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        FhirAuditEvent fhir = new(checkpoint.Origin, checkpoint.Size, canonicalBase);
        Lines(entries.Select(entry => fhir.Write(entry.Members, entry.Index, entry.Leaf).ToJsonString()), output);
    }

    /// <summary>Syslog lines.</summary>
    public static void Syslog(IEnumerable<LoggedEntry> entries, string host, int enterprise, TextWriter output)
    {
        SyslogExport syslog = new(host, "subnet", enterprise);
        Lines(entries.Select(syslog.Line), output);
    }

    private static void Lines(IEnumerable<string> lines, TextWriter output)
    {
        foreach (string line in lines)
        {
            output.Write(line + "\n");
        }
    }
}
