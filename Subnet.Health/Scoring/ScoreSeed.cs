using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>A validator's seed for one slot (protocol 8.2, ScoreSeed): its hash before the beacon, the seed after the clinic has committed.</summary>
internal static class ScoreSeed
{
    /// <summary>Signs the hash of a seed.</summary>
    public static ScoringMessage SignCommitment(SigningKey validator, ReadOnlySpan<byte> window, ReadOnlySpan<byte> seed) =>
        ScoringMessage.Of(SignedStatement.Sign(validator, ScoringDomains.Seed, Commitment(window, ScoreRandomness.CommitmentOf(seed))));

    /// <summary>Signs the opening of a seed.</summary>
    public static ScoringMessage SignOpening(SigningKey validator, ReadOnlySpan<byte> window, ReadOnlySpan<byte> seed) =>
        ScoringMessage.Of(SignedStatement.Sign(validator, ScoringDomains.Seed, new CanonicalObject
        {
            ["slot"] = Convert.ToHexStringLower(window),
            ["seed"] = Convert.ToHexStringLower(seed),
        }));

    /// <summary>Reads a commitment for a slot; null for anything else.</summary>
    public static SeedCommitment? TryReadCommitment(ScoringMessage message, ReadOnlySpan<byte> window)
    {
        if (message.Open(ScoringDomains.Seed) is not { } statement || message.Attachments.Count != 0)
        {
            return null;
        }

        byte[] slot = statement.Bytes("slot", 32);
        byte[] hash = statement.Bytes("hash", 32);
        return statement.IsComplete && slot.AsSpan().SequenceEqual(window)
            ? new SeedCommitment(message.Signed.Signer, hash, message.Signed.Signature)
            : null;
    }

    /// <summary>Reads an opening for a slot that fits a commitment; null for anything else.</summary>
    public static byte[]? TryReadOpening(ScoringMessage message, ReadOnlySpan<byte> window, SeedCommitment commitment)
    {
        if (message.Open(ScoringDomains.Seed) is not { } statement || message.Attachments.Count != 0)
        {
            return null;
        }

        byte[] slot = statement.Bytes("slot", 32);
        byte[] seed = statement.Bytes("seed", 32);
        return statement.IsComplete
            && slot.AsSpan().SequenceEqual(window)
            && message.Signed.Signer.Span.SequenceEqual(commitment.Validator.Span)
            && ScoreRandomness.CommitmentOf(seed).AsSpan().SequenceEqual(commitment.Hash.Span)
                ? seed
                : null;
    }

    /// <summary>Whether a commitment is signed for a slot.</summary>
    public static bool IsSigned(SeedCommitment commitment, ReadOnlySpan<byte> window) => DomainSignature.Verify(
        commitment.Validator.Span,
        ScoringDomains.Seed,
        CanonicalJsonWriter.Write(Commitment(window, commitment.Hash.Span)),
        commitment.Signature.Span);

    private static CanonicalObject Commitment(ReadOnlySpan<byte> window, ReadOnlySpan<byte> hash) => new()
    {
        ["slot"] = Convert.ToHexStringLower(window),
        ["hash"] = Convert.ToHexStringLower(hash),
    };
}
