using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Findings;

/// <summary>
/// Findings in a folder, a file each: <c>ID.jsonl</c>, one line a record, <c>{"record":{...},"sig":"base64"}</c> in canonical JSON. A file is replaced
/// as a whole, so that after a crash the old or the new records are there. Files can be copied between reviewers.
/// </summary>
internal sealed class FindingStore(string folder)
{
    private const string Suffix = ".jsonl";

    /// <summary>The ids of all findings, in order of their names.</summary>
    public IReadOnlyList<string> Ids() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Suffix).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a finding; null where there is none.</summary>
    /// <exception cref="AuditEntryException">The file is malformed.</exception>
    public FindingCase? Find(string id)
    {
        string path = PathOf(id);
        if (!File.Exists(path))
        {
            return null;
        }

        FindingRecord[] records = [.. File.ReadAllLines(path, Encoding.UTF8).Select(ReadLine)];
        return records.Length > 0 ? new FindingCase(records) : throw new AuditEntryException($"the file of finding {id} is empty");
    }

    /// <summary>Adds a record to its finding; durable when this returns.</summary>
    public void Append(FindingCase? before, FindingRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Directory.CreateDirectory(folder);
        StringBuilder text = new();
        foreach (FindingRecord each in (before?.Records ?? []).Append(record))
        {
            CanonicalObject line = new() { { "record", each.Members }, { "sig", Convert.ToBase64String(each.Signature) } };
            text.Append(Encoding.UTF8.GetString(CanonicalJsonWriter.Write(line))).Append('\n');
        }

        using PhysicalLogFiles files = new(folder);
        string name = record.Finding + Suffix;
        files.Write(name + ".tmp", Encoding.UTF8.GetBytes(text.ToString()));
        files.Sync(name + ".tmp");
        files.Rename(name + ".tmp", name);
        files.SyncFolder("");
    }

    private static FindingRecord ReadLine(string line)
    {
        try
        {
            CanonicalObject read = CanonicalJsonReader.Read(Encoding.UTF8.GetBytes(line));
            byte[] signature = new byte[66];
            return read.Count == 2 && read.ObjectOrNull("record") is { } record && Convert.TryFromBase64String(read.TextOrNull("sig") ?? "", signature, out int length)
                ? FindingRecord.Read(CanonicalJsonWriter.Write(record), signature[..length])
                : throw new AuditEntryException("a line of a finding has a record and its signature");
        }
        catch (CanonicalJsonException malformed)
        {
            throw new AuditEntryException($"a line of a finding is canonical JSON: {malformed.Message}");
        }
    }

    private string PathOf(string id) => id.Length == 32 && !id.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex)
        ? Path.Combine(folder, id + Suffix)
        : throw new AuditEntryException("a finding is named by 32 hexadecimal digits");
}
