using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>A checkpoint note held against a trust policy.</summary>
public sealed class OpenedCheckpoint
{
    private OpenedCheckpoint(CheckpointFault fault, string message, Checkpoint? checkpoint, IReadOnlyList<VerifiedSignature> signatures)
    {
        Fault = fault;
        Message = message;
        Checkpoint = checkpoint;
        Signatures = signatures;
    }

    /// <summary>Why it is not accepted, or <see cref="CheckpointFault.None"/>.</summary>
    public CheckpointFault Fault { get; }

    /// <summary>One sentence on the fault; empty if there is none.</summary>
    public string Message { get; }

    /// <summary>Whether it is accepted.</summary>
    public bool IsAccepted => Fault == CheckpointFault.None;

    /// <summary>The checkpoint, as far as it could be read; believe it only if accepted.</summary>
    public Checkpoint? Checkpoint { get; }

    /// <summary>The signatures that verified.</summary>
    public IReadOnlyList<VerifiedSignature> Signatures { get; }

    /// <summary>The cosignatures that verified.</summary>
    public IEnumerable<VerifiedSignature> Cosignatures => Signatures.Where(signature => signature.Time is not null);

    /// <summary>Checks a note: form and signatures, checkpoint, origin, the log's signature, the quorum of witnesses.</summary>
    public static OpenedCheckpoint Open(string note, string origin, TrustPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(policy);
        IReadOnlyList<VerifiedSignature> signatures = [];
        Checkpoint? checkpoint = null;
        CheckpointFault at = CheckpointFault.Note;
        try
        {
            SignedNote signed = SignedNote.Parse(note);
            signatures = signed.Verify(policy.Keys);
            at = CheckpointFault.Checkpoint;
            checkpoint = Checkpoint.Parse(signed.Text);
        }
        catch (TransparencyException refused)
        {
            return new OpenedCheckpoint(at, refused.Message, null, signatures);
        }

        if (checkpoint.Origin != origin)
        {
            return new OpenedCheckpoint(CheckpointFault.Origin, $"the checkpoint is of '{checkpoint.Origin}', not of '{origin}'", checkpoint, signatures);
        }

        if (!signatures.Any(signature => signature.Key.Name == origin && policy.IsLog(signature.Key)))
        {
            return new OpenedCheckpoint(CheckpointFault.LogSignature, "the log itself did not sign the checkpoint", checkpoint, signatures);
        }

        return policy.IsQuorum(signatures.Select(signature => signature.Key))
            ? new OpenedCheckpoint(CheckpointFault.None, "", checkpoint, signatures)
            : new OpenedCheckpoint(CheckpointFault.Quorum, "too few of the trusted witnesses cosigned the checkpoint", checkpoint, signatures);
    }
}
