using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>The outcome of an audit, as its signers state it.</summary>
/// <param name="Context">Subnet, epoch, miner, validator, card.</param>
/// <param name="Commitment">C.</param>
/// <param name="AuditRoot">The audit root; zeros where the file could not be read.</param>
/// <param name="Count">Answered audits.</param>
/// <param name="FormHash">Hash of X.</param>
/// <param name="ProofHash">Hash of the proof.</param>
/// <param name="Fault">What is wrong, or nothing.</param>
internal sealed record AuditVerdict(
    ProofContext Context,
    VectorCommitment Commitment,
    ReadOnlyMemory<byte> AuditRoot,
    int Count,
    ReadOnlyMemory<byte> FormHash,
    ReadOnlyMemory<byte> ProofHash,
    AuditFault Fault)
{
    /// <summary>Whether the miner stands.</summary>
    public bool Passes => Fault == AuditFault.None;

    /// <summary>The stable word of the outcome.</summary>
    public string Code => Fault switch
    {
        AuditFault.None => "valid",
        AuditFault.NotThePlan => "not-the-plan",
        AuditFault.NoReceipt => "no-receipt",
        AuditFault.UnreadableReply => "unreadable-reply",
        AuditFault.UnequalRepeats => "unequal-repeats",
        AuditFault.NothingAnswered => "nothing-answered",
        AuditFault.NotWhatWasServed => "not-what-was-served",
        AuditFault.ProofInvalid => "proof-invalid",
        _ => "nothing-to-prove",
    };

    /// <summary>The canonical JSON that is signed (protocol 8.2, Verdict).</summary>
    public byte[] ToStatement() => CanonicalJsonWriter.Write(new CanonicalObject
    {
        ["netuid"] = Context.Netuid,
        ["epoch"] = (long)Context.Epoch,
        ["validator"] = Convert.ToHexStringLower(Context.Validator),
        ["miner"] = Convert.ToHexStringLower(Context.Miner),
        ["card"] = Convert.ToHexStringLower(Context.Card),
        ["commitment"] = Commitment.ToString(),
        ["audits"] = Convert.ToHexStringLower(AuditRoot.Span),
        ["count"] = Count,
        ["form"] = Convert.ToHexStringLower(FormHash.Span),
        ["proof"] = Convert.ToHexStringLower(ProofHash.Span),
        ["result"] = Passes ? "pass" : "fail",
        ["code"] = Code,
    });
}
