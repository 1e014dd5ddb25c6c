using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>
/// The check of a whole audit file by the validator and, the same, by each co-validator; their signatures under one statement make the verdict. Nobody's single word
/// counts.
/// </summary>
internal static class AuditReview
{
    /// <summary>Domain of a verdict's signatures.</summary>
    public const string Domain = "subnet-verdict/1";

    /// <summary>Checks everything from the opened plan on.</summary>
    /// <param name="context">Subnet, epoch, miner, validator, card.</param>
    /// <param name="commitment">The registered commitment.</param>
    /// <param name="opened">Every leaf of the plan that concerns the miner.</param>
    /// <param name="plannedRoot">The root logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's other leaves.</param>
    /// <param name="hasReceipt">Whether the miner signed a receipt for this request hash and reply hash.</param>
    /// <param name="proof">The miner's proof; empty where none came in time.</param>
    /// <param name="rho">Its opening.</param>
    /// <param name="generators">Generators for n K entries.</param>
    public static AuditVerdict Check(
        ProofContext context,
        VectorCommitment commitment,
        IReadOnlyList<OpenedAudit> opened,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        Func<byte[], byte[], bool> hasReceipt,
        ReadOnlySpan<byte> proof,
        ReadOnlySpan<byte> rho,
        GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(hasReceipt);
        AuditFault fault = Read(context, opened, [], plannedRoot, otherLeaves, hasReceipt, out AuditFile? file);
        if (fault == AuditFault.None && !LinearProof.Verify(context, file!.Audits, commitment, proof, rho, generators))
        {
            fault = AuditFault.ProofInvalid;
        }

        byte[] form = file is null
            ? new byte[32]
            : ProofKnownAnswers.Combine(LinearStatement.For(context, file.Audits, commitment), file.Audits).Form.Hash.ToArray();
        return new AuditVerdict(
            context, commitment.ToString(), file?.Audits.Root ?? new byte[32], file?.Audits.Count ?? 0, form, SHA256.HashData(proof), fault);
    }

    /// <summary>
    /// The same for a forest under keys. No proof speaks for its answers: that of every row asked twice both answers are equal does, in the epoch and against what was answered in
    /// epochs before.
    /// </summary>
    /// <param name="context">Subnet, epoch, miner, validator, card.</param>
    /// <param name="commitment">The registered commitment, hex.</param>
    /// <param name="opened">Every leaf of the plan that concerns the miner.</param>
    /// <param name="earlier">Audits of epochs before whose rows were asked again.</param>
    /// <param name="plannedRoot">The root logged before the epoch.</param>
    /// <param name="otherLeaves">The plan's other leaves.</param>
    /// <param name="hasReceipt">Whether the miner signed a receipt for this request hash and reply hash.</param>
    public static AuditVerdict CheckForest(
        ProofContext context,
        string commitment,
        IReadOnlyList<OpenedAudit> opened,
        IReadOnlyList<OpenedAudit> earlier,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        Func<byte[], byte[], bool> hasReceipt)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(hasReceipt);

        AuditFault fault = Read(context, opened, earlier, plannedRoot, otherLeaves, hasReceipt, out AuditFile? file);
        if (fault == AuditFault.None && file!.Repeated == 0)
        {
            fault = AuditFault.NothingRepeated;
        }

        return new AuditVerdict(
            context, commitment, file?.Audits.Root ?? new byte[32], file?.Audits.Count ?? 0, new byte[32], SHA256.HashData([]), fault) { IsProved = false };
    }

    /// <summary>Whether the verdict is signed by its validator and by both co-validators, three different keys.</summary>
    public static bool IsAgreed(AuditVerdict verdict, IReadOnlyList<byte[]> coValidators, IReadOnlyList<byte[]> signatures)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(coValidators);
        ArgumentNullException.ThrowIfNull(signatures);
        byte[][] signers = [verdict.Context.Validator.ToArray(), .. coValidators];
        byte[] statement = verdict.ToStatement();
        return signers.Length == 3
            && signatures.Count == 3
            && signers.DistinctBy(Convert.ToHexStringLower).Count() == 3
            && signers.Zip(signatures).All(pair => DomainSignature.Verify(pair.First, Domain, statement, pair.Second));
    }

    // Receipts come first: the validator holds every key and could make replies up, and replies that differ or cannot be read convict.
    private static AuditFault Read(
        ProofContext context,
        IReadOnlyList<OpenedAudit> opened,
        IReadOnlyList<OpenedAudit> earlier,
        ReadOnlySpan<byte> plannedRoot,
        IEnumerable<byte[]> otherLeaves,
        Func<byte[], byte[], bool> hasReceipt,
        out AuditFile? file)
    {
        file = null;
        return opened.Concat(earlier).All(audit => audit.Reply is not { } reply || hasReceipt(audit.Planned.RequestHash.ToArray(), SHA256.HashData(reply.Span)))
            ? AuditFile.Read(opened, context.Miner, plannedRoot, otherLeaves, earlier, out file)
            : AuditFault.NoReceipt;
    }
}
