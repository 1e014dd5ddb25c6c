using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>The outcome of an audit, as its signers state it.</summary>
/// <param name="Context">Subnet, epoch, miner, validator, card.</param>
/// <param name="Commitment">The registered commitment, hex.</param>
/// <param name="AuditRoot">The audit root; zeros where the file could not be read.</param>
/// <param name="Count">Answered audits.</param>
/// <param name="FormHash">Hash of X; zeros where nothing is proved.</param>
/// <param name="ProofHash">Hash of the proof.</param>
/// <param name="Fault">What is wrong, or nothing.</param>
internal sealed record AuditVerdict(
    ProofContext Context,
    string Commitment,
    ReadOnlyMemory<byte> AuditRoot,
    int Count,
    ReadOnlyMemory<byte> FormHash,
    ReadOnlyMemory<byte> ProofHash,
    AuditFault Fault)
{
    /// <summary>Whether a proof against the commitment was checked; false for forests under keys, of which repeated rows are all that is checked.</summary>
    public bool IsProved { get; init; } = true;

    /// <summary>Whether the miner stands.</summary>
    public bool Passes => Fault == AuditFault.None;

    /// <summary>
    /// Whether the file is not what was planned, served and receipted: that is its validator's doing, so there is no verdict, nobody signs one, and the miner is not harmed (protocol 4).
    /// </summary>
    public bool IsVoid => Fault is AuditFault.NotThePlan or AuditFault.NoReceipt or AuditFault.NotWhatWasServed;

    /// <summary>The stable word of the outcome.</summary>
    public string Code => Fault switch
    {
        AuditFault.None => IsProved ? "valid" : "repeats-equal",
        AuditFault.NotThePlan => "not-the-plan",
        AuditFault.NoReceipt => "no-receipt",
        AuditFault.UnreadableReply => "unreadable-reply",
        AuditFault.UnequalRepeats => "unequal-repeats",
        AuditFault.NothingAnswered => "nothing-answered",
        AuditFault.NotWhatWasServed => "not-what-was-served",
        AuditFault.NothingRepeated => "nothing-repeated",
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
        ["commitment"] = Commitment,
        ["audits"] = Convert.ToHexStringLower(AuditRoot.Span),
        ["count"] = Count,
        ["form"] = Convert.ToHexStringLower(FormHash.Span),
        ["proof"] = Convert.ToHexStringLower(ProofHash.Span),
        ["result"] = Passes ? "pass" : "fail",
        ["code"] = Code,
    });
}
