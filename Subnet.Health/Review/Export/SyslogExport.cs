using System.Globalization;
using System.Text;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Export;

/// <summary>Entries as syslog lines of RFC 5424: facility 13 (log audit), severity 5, or 4 for what was denied.</summary>
/// <param name="host">The host name of the lines.</param>
/// <param name="application">The application's name.</param>
/// <param name="enterprise">Private enterprise number of the structured data; 32473 is the one for documentation.</param>
internal sealed class SyslogExport(string host, string application, int enterprise)
{
    private const int Facility = 13;

    /// <summary>The line of an entry, without line feed.</summary>
    public string Line(LoggedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        int severity = entry.Members.TextOrNull("outcome") == "denied" ? 4 : 5;
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"<{(Facility * 8) + severity}>1 {entry.Members.TextOrNull("time")} {host} {application} - {entry.Members.TextOrNull("type")} ");
        line.Append(CultureInfo.InvariantCulture, $"[audit@{enterprise}");
        Add(line, "index", entry.Index.ToString(CultureInfo.InvariantCulture));
        Add(line, "event", entry.Members.TextOrNull("event"));
        Add(line, "leaf", entry.Leaf.ToString());
        Add(line, "actor", entry.Members.ObjectOrNull("actor")?.TextOrNull("id"));
        Add(line, "peer", entry.Members.ObjectOrNull("peer")?.TextOrNull("id"));
        Add(line, "outcome", entry.Members.TextOrNull("outcome"));
        Add(line, "code", entry.Members.TextOrNull("code"));
        Add(line, "ref", entry.Members.TextOrNull("ref"));
        return line.Append("] ").ToString();
    }

    private static void Add(StringBuilder line, string name, string? value)
    {
        if (value is null)
        {
            return;
        }

        line.Append(' ').Append(name).Append("=\"");
        foreach (char letter in value)
        {
            if (letter is '"' or '\\' or ']')
            {
                line.Append('\\');
            }

            line.Append(letter);
        }

        line.Append('"');
    }
}
