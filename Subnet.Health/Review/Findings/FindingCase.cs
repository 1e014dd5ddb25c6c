using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Review.Findings;

/// <summary>A finding with its records in order, and what they add up to.</summary>
internal sealed class FindingCase
{
    /// <summary>How severe a finding can be.</summary>
    public static readonly IReadOnlyList<string> Severities = ["error", "warning", "info"];

    /// <summary>How a finding can be closed.</summary>
    public static readonly IReadOnlyList<string> Resolutions = ["fixed", "explained", "accepted", "mistaken"];

    private readonly List<FindingRecord> records;

    /// <summary>A finding of these records.</summary>
    /// <param name="records">In order, at least one.</param>
    public FindingCase(IEnumerable<FindingRecord> records) => this.records = [.. records];

    /// <summary>The records in order.</summary>
    public IReadOnlyList<FindingRecord> Records => records;

    /// <summary>The finding.</summary>
    public string Id => records[0].Finding;

    /// <summary>What it is about, as the opening record says.</summary>
    public CanonicalObject About => records[0].Members;

    /// <summary>Whether it is signed off and was not reopened since.</summary>
    public bool IsClosed => records.FindLastIndex(record => record.Act == FindingAct.SignOff) > records.FindLastIndex(record => record.Act == FindingAct.Reopen);

    /// <summary>Who has it to work on, as the last assignment says; null for nobody.</summary>
    public string? Assignee => records.FindLast(record => record.Act == FindingAct.Assign)?.Members.TextOrNull("to");

    /// <summary>The resolution of the standing sign-off, or null.</summary>
    public string? Resolution => IsClosed ? records.FindLast(record => record.Act == FindingAct.SignOff)!.Members.TextOrNull("resolution") : null;

    /// <summary>Whether the one who signed it off is another than the one who opened it.</summary>
    public bool IsIndependent => IsClosed && records.FindLast(record => record.Act == FindingAct.SignOff)!.By != records[0].By;

    /// <summary>open, assigned or closed.</summary>
    public string Status => IsClosed ? "closed" : Assignee is null ? "open" : "assigned";

    /// <summary>What is wrong with the chain, or null: order, hashes, signatures, and that each act was possible.</summary>
    public string? Fault()
    {
        for (int i = 0; i < records.Count; i++)
        {
            FindingRecord record = records[i];
            string previous = i == 0 ? new string('0', 64) : records[i - 1].Hash;
            string? fault =
                !record.IsSigned ? "is not signed by the one it names"
                : record.Finding != Id ? "is of another finding"
                : record.Seq != i ? $"has number {record.Seq}"
                : record.Previous != previous ? "does not follow from the record before it: one was changed or left out"
                : new FindingCase(records.Take(i)).Refusal(record.Act) is { } refusal ? $"was not possible: {refusal}"
                : null;
            if (fault is not null)
            {
                return $"record {i} {fault}";
            }
        }

        return null;
    }

    /// <summary>Why an act is not possible now, or null where it is.</summary>
    public string? Refusal(FindingAct act) => act switch
    {
        FindingAct.Open => records.Count == 0 ? null : "it is open already",
        _ when records.Count == 0 => "it was never opened",
        FindingAct.Reopen => IsClosed ? null : "it is not signed off",
        _ => IsClosed ? "it is signed off; reopen it first" : null,
    };
}
