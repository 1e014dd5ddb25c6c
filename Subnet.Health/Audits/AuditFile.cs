using System.Diagnostics.CodeAnalysis;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Audits;

/// <summary>One opened leaf of a plan: the audit, and the reply to its query where there was one.</summary>
/// <param name="Planned">Master and rows.</param>
/// <param name="Reply">The reply's bytes; null for "no answer".</param>
internal sealed record OpenedAudit(PlannedAudit Planned, ReadOnlyMemory<byte>? Reply);

/// <summary>
/// A validator's whole plan for one miner and epoch, opened. Reading it is the same on every side (miner, validator, co-validators): leaves against the logged root,
/// queries rebuilt from their masters, replies decrypted, repeated rows compared.
/// </summary>
internal sealed class AuditFile
{
    private AuditFile(AuditList audits, int unanswered)
    {
        Audits = audits;
        Unanswered = unanswered;
    }

    /// <summary>The answered audits.</summary>
    public AuditList Audits { get; }

    /// <summary>Leaves without an answer.</summary>
    public int Unanswered { get; }

    /// <summary>Reads an opened plan.</summary>
    /// <param name="opened">Every leaf of the plan.</param>
    /// <param name="miner">The miner's hotkey.</param>
    /// <param name="plannedRoot">The root that was logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's leaves for other miners.</param>
    /// <param name="file">The file read, or null.</param>
    /// <returns>What is wrong with it, or nothing.</returns>
    public static AuditFault Read(
        IReadOnlyList<OpenedAudit> opened,
        ReadOnlySpan<byte> miner,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
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

        List<Audit> audits = [];
        foreach (OpenedAudit audit in opened.Where(audit => audit.Reply is not null))
        {
            byte[] request = KeylessQuery.RequestHash(audit.Planned.BuildQuery());
            if (audit.Planned.Read(request, audit.Reply!.Value.Span) is not { } read)
            {
                return AuditFault.UnreadableReply;
            }

            audits.Add(read);
        }

        if (HasUnequalRepeats(audits))
        {
            return AuditFault.UnequalRepeats;
        }

        if (!AuditList.TryCreate(audits, out AuditList? list, out _))
        {
            return AuditFault.NothingAnswered;
        }

        file = new AuditFile(list, opened.Count - audits.Count);
        return AuditFault.None;
    }

    /// <summary>Whether two answers to one row under one card differ: the model is a function, so one of them came from another one.</summary>
    private static bool HasUnequalRepeats(List<Audit> audits)
    {
        Dictionary<string, string> answers = new(StringComparer.Ordinal);
        foreach (Audit audit in audits)
        {
            for (int i = 0; i < audit.RowCount; i++)
            {
                string row = string.Join(' ', audit.Row(i).ToArray());
                string answer = string.Join(' ', audit.Answers(i).ToArray());
                if (!answers.TryAdd(row, answer) && answers[row] != answer)
                {
                    return true;
                }
            }
        }

        return false;
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

    /// <summary>The proof does not hold for the answers.</summary>
    ProofInvalid,

    /// <summary>The answers are not those of the committed weights, so there is nothing to prove.</summary>
    NothingToProve,
}
