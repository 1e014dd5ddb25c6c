using Subnet.Crypto.Transparency.Checkpoints;

namespace Subnet.Health.Review.Verification;

/// <summary>What a verification saw and found.</summary>
internal sealed class VerificationReport
{
    /// <summary>Findings that are kept with their sentences; further ones are only counted.</summary>
    public const int MaximumFindings = 1000;

    private readonly List<AuditFinding> findings = [];
    private readonly SortedDictionary<string, long> types = new(StringComparer.Ordinal);

    /// <summary>The checkpoint, where it was accepted.</summary>
    public OpenedCheckpoint? Checkpoint { get; set; }

    /// <summary>Entries that were removed at the end of their retention; their hashes are still in the tree.</summary>
    public long Removed { get; set; }

    /// <summary>Entries read.</summary>
    public long Entries { get; private set; }

    /// <summary>Entries that a bundle withholds.</summary>
    public long Withheld { get; set; }

    /// <summary>The first <see cref="MaximumFindings"/> findings.</summary>
    public IReadOnlyList<AuditFinding> Findings => findings;

    /// <summary>Errors, warnings and notes in all.</summary>
    public long Errors { get; private set; }

    /// <summary>Warnings in all.</summary>
    public long Warnings { get; private set; }

    /// <summary>How many entries there are of each type.</summary>
    public IReadOnlyDictionary<string, long> Types => types;

    /// <summary>Whether no error was found.</summary>
    public bool IsSound => Errors == 0;

    /// <summary>Adds a finding.</summary>
    public void Add(FindingSeverity severity, string code, long? index, string message)
    {
        Errors += severity == FindingSeverity.Error ? 1 : 0;
        Warnings += severity == FindingSeverity.Warning ? 1 : 0;
        if (findings.Count < MaximumFindings)
        {
            findings.Add(new AuditFinding(severity, code, index, message));
        }
    }

    /// <summary>Counts findings of which no more is to be said than how many there are.</summary>
    public void AddUnlisted(FindingSeverity severity, long count)
    {
        Errors += severity == FindingSeverity.Error ? count : 0;
        Warnings += severity == FindingSeverity.Warning ? count : 0;
    }

    /// <summary>Counts an entry.</summary>
    public void Count(string type)
    {
        Entries++;
        types[type] = types.GetValueOrDefault(type) + 1;
    }
}
