using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Review.Entries;
using Subnet.Health.Validator.Store;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>Whether a stored verdict counts: signed by its validator and two others.</summary>
internal static class StoredVerdictSignatures
{
    /// <summary>The signers, 32 bytes each, the validator first.</summary>
    public static IReadOnlyList<byte[]> Signers(StoredVerdict verdict) => [.. verdict.Signatures.Chunk(JudgingStep.SignerBytes).Select(signer => signer[..32])];

    /// <summary>Keys and signatures out of their packed form.</summary>
    public static IReadOnlyList<StatementSignature> Read(byte[] packed) =>
        [.. packed.Chunk(JudgingStep.SignerBytes).Select(signer => new StatementSignature(signer.AsMemory(0, 32), signer.AsMemory(32)))];

    /// <summary>Whether three different keys signed this very statement.</summary>
    public static bool IsAgreed(StoredVerdict verdict)
    {
        byte[][] signers = [.. verdict.Signatures.Chunk(JudgingStep.SignerBytes)];
        return signers.Length == 1 + CoValidatorDraw.Count
            && signers.DistinctBy(signer => Convert.ToHexStringLower(signer[..32])).Count() == signers.Length
            && signers.All(signer => DomainSignature.Verify(signer.AsSpan(0, 32), AuditReview.Domain, verdict.Statement, signer.AsSpan(32)));
    }
}
