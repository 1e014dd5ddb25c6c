using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>
/// The miner's side after the epoch: it believes nothing. Each query is rebuilt from its master and must be one it served with the reply it sent; only then it proves. A
/// validator that sent a chosen or malformed query cannot name a master for it, and gets no proof.
/// </summary>
internal sealed class AuditResponder(CommitmentOpening opening, GeneratorSet generators, IRandomSource random)
{
    /// <summary>Answers an opened plan with a proof, or says why not.</summary>
    /// <param name="context">Subnet, epoch, this miner, the validator, the card.</param>
    /// <param name="opened">Every leaf of the plan that concerns this miner.</param>
    /// <param name="plannedRoot">The root logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's other leaves.</param>
    /// <param name="servedReply">The reply this miner sent to a request hash, or null.</param>
    /// <param name="result">The proof and its opening, or null.</param>
    /// <returns>Why there is no proof, or nothing.</returns>
    public AuditFault Respond(
        ProofContext context,
        IReadOnlyList<OpenedAudit> opened,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        Func<byte[], byte[]?> servedReply,
        out LinearProofResult? result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(servedReply);
        result = null;
        AuditFault fault = Recognise(context, opened, plannedRoot, otherLeaves, servedReply, out AuditFile? file);
        if (fault != AuditFault.None)
        {
            return fault;
        }

        try
        {
            result = LinearProof.Prove(context, file!.Audits, opening, generators, random);
            return AuditFault.None;
        }
        catch (ProofException)
        {
            return AuditFault.NothingToProve;
        }
    }

    /// <summary>Whether the opened plan is what was served and answered; all there is to do for a model whose answers nothing proves.</summary>
    /// <param name="context">Subnet, epoch, this miner, the validator, the card.</param>
    /// <param name="opened">Every leaf of the plan that concerns this miner.</param>
    /// <param name="plannedRoot">The root logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's other leaves.</param>
    /// <param name="servedReply">The reply this miner sent to a request hash, or null.</param>
    /// <param name="file">The file read, or null.</param>
    /// <returns>What is wrong, or nothing.</returns>
    public static AuditFault Recognise(
        ProofContext context,
        IReadOnlyList<OpenedAudit> opened,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        Func<byte[], byte[]?> servedReply,
        out AuditFile? file)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(servedReply);
        file = null;
        foreach (OpenedAudit audit in opened)
        {
            byte[]? served = servedReply(audit.Planned.RequestHash.ToArray());
            if (audit.Reply is { } reply ? served is null || !served.AsSpan().SequenceEqual(reply.Span) : served is not null)
            {
                return AuditFault.NotWhatWasServed;
            }
        }

        return AuditFile.Read(opened, context.Miner, plannedRoot, otherLeaves, null, out file);
    }
}
