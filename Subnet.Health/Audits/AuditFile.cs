using System.Diagnostics.CodeAnalysis;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>One opened leaf of a plan: the audit, and the reply to its query where there was one.</summary>
/// <param name="Planned">Master and rows.</param>
/// <param name="Reply">The reply's bytes; null for "no answer".</param>
internal sealed record OpenedAudit(IPlannedAudit Planned, ReadOnlyMemory<byte>? Reply)
{
    /// <summary>The reply's bytes; null for "no answer".</summary>
    // A null array turns into memory of no bytes on its way here, also as one branch of a condition. No reply has no bytes, so that is "no answer" as well, and not one without a receipt.
    public ReadOnlyMemory<byte>? Reply { get; init => field = value is { IsEmpty: false } ? value : null; } = Reply is { IsEmpty: false } ? Reply : null;
}

/// <summary>
/// A validator's whole plan for one miner and epoch, opened. Reading it is the same on every side (miner, validator, co-validators): leaves against the logged root,
/// queries rebuilt from their masters, replies decrypted, repeated rows compared.
/// </summary>
internal sealed class AuditFile
{
    private AuditFile(AuditList audits, int unanswered, int repeated)
    {
        Audits = audits;
        Unanswered = unanswered;
        Repeated = repeated;
    }

    /// <summary>The answered audits.</summary>
    public AuditList Audits { get; }

    /// <summary>Leaves without an answer.</summary>
    public int Unanswered { get; }

    /// <summary>Rows that were answered more than once in the epoch, all answers equal.</summary>
    public int Repeated { get; }

    /// <summary>Reads an opened plan.</summary>
    /// <param name="opened">Every leaf of the plan.</param>
    /// <param name="miner">The miner's hotkey.</param>
    /// <param name="plannedRoot">The root that was logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's leaves for other miners.</param>
    /// <param name="earlier">Answered audits of earlier epochs under the same card, whose answers must be those to the same rows now; null for none. They are in no leaf of this plan: what
    /// holds them is the miner's receipts.</param>
    /// <param name="file">The file read, or null.</param>
    /// <returns>What is wrong with it, or nothing.</returns>
    public static AuditFault Read(
        IReadOnlyList<OpenedAudit> opened,
        ReadOnlySpan<byte> miner,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        IReadOnlyList<OpenedAudit>? earlier,
        out AuditFile? file)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(otherLeaves);
        file = null;
        List<byte[]> leaves = [.. otherLeaves];
        foreach (OpenedAudit audit in opened)
        {
            leaves.Add(audit.Planned.Leaf(miner));
        }

        if (!TryRoot(leaves, out byte[]? root) || !root.AsSpan().SequenceEqual(plannedRoot))
        {
            return AuditFault.NotThePlan;
        }

        if (!TryRead(opened, out List<Audit> audits) || !TryRead(earlier ?? [], out List<Audit> before))
        {
            return AuditFault.UnreadableReply;
        }

        Dictionary<string, (string Answer, int Times)> answers = new(StringComparer.Ordinal);
        if (!TryCompare(audits, answers))
        {
            return AuditFault.UnequalRepeats;
        }

        int repeated = answers.Values.Count(row => row.Times > 1);
        if (!TryCompare(before, answers))
        {
            return AuditFault.UnequalRepeats;
        }

        if (!AuditList.TryCreate(audits, out AuditList? list, out _))
        {
            return AuditFault.NothingAnswered;
        }

        file = new AuditFile(list, opened.Count - audits.Count, repeated);
        return AuditFault.None;
    }

    private static bool TryRead(IReadOnlyList<OpenedAudit> opened, out List<Audit> audits)
    {
        audits = [];
        foreach (OpenedAudit audit in opened.Where(audit => audit.Reply is not null))
        {
            if (audit.Planned.Read(audit.Reply!.Value.Span) is not { } read)
            {
                return false;
            }

            audits.Add(read);
        }

        return true;
    }

    /// <summary>Whether all answers to one row under one card are equal: the model is a function, so of two that differ one came from another model.</summary>
    private static bool TryCompare(List<Audit> audits, Dictionary<string, (string Answer, int Times)> answers)
    {
        foreach (Audit audit in audits)
        {
            for (int i = 0; i < audit.RowCount; i++)
            {
                string row = string.Join(' ', audit.Row(i).ToArray());
                string answer = string.Join(' ', audit.Answers(i).ToArray());
                int times = 0;
                if (answers.TryGetValue(row, out (string Answer, int Times) known))
                {
                    if (known.Answer != answer)
                    {
                        return false;
                    }

                    times = known.Times;
                }

                answers[row] = (answer, times + 1);
            }
        }

        return true;
    }

    private static bool TryRoot(List<byte[]> leaves, [NotNullWhen(true)] out byte[]? root)
    {
        root = leaves.DistinctBy(Convert.ToHexStringLower).Count() == leaves.Count ? AuditPlan.Root(leaves) : null;
        return root is not null;
    }
}

/// <summary>What is wrong with an opened plan or with the miner's answers to it.</summary>
internal enum AuditFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The leaves are not those of the logged root: the validator picked or changed audits afterwards.</summary>
    NotThePlan,

    /// <summary>A reply has no receipt signed by the miner: the validator holds the key and could have made it up.</summary>
    NoReceipt,

    /// <summary>A reply does not decrypt to answers within the card's bound.</summary>
    UnreadableReply,

    /// <summary>One row has two different answers under one card.</summary>
    UnequalRepeats,

    /// <summary>No audit was answered.</summary>
    NothingAnswered,

    /// <summary>A query that the plan gives was never received, or was answered with another reply: the validator's file is not what happened.</summary>
    NotWhatWasServed,

    /// <summary>No row was answered twice, where repeats are the only thing that speaks for the answers.</summary>
    NothingRepeated,

    /// <summary>The proof does not hold for the answers.</summary>
    ProofInvalid,

    /// <summary>The answers are not those of the committed weights, so there is nothing to prove.</summary>
    NothingToProve,
}
