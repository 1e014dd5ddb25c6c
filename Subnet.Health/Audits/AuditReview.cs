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
        AuditFault fault = AuditFile.Read(opened, context.Miner, plannedRoot, otherLeaves, out AuditFile? file);
        if (fault == AuditFault.None && !file!.Audits.Items.All(audit => hasReceipt(audit.Request.ToArray(), audit.Reply.ToArray())))
        {
            fault = AuditFault.NoReceipt;
        }

        if (fault == AuditFault.None && !LinearProof.Verify(context, file!.Audits, commitment, proof, rho, generators))
        {
            fault = AuditFault.ProofInvalid;
        }

        byte[] form = file is null
            ? new byte[32]
            : ProofKnownAnswers.Combine(LinearStatement.For(context, file.Audits, commitment), file.Audits).Form.Hash.ToArray();
        return new AuditVerdict(
            context, commitment, file?.Audits.Root ?? new byte[32], file?.Audits.Count ?? 0, form, SHA256.HashData(proof), fault);
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
}
