using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Validator;

/// <summary>
/// A validator's steps as entries of its transparency log: <c>score.assigned</c>, the step being the code. Plans, verdicts and the scores behind weights are written by
/// <see cref="ScoreEntries"/>, which a reviewer's trace reads.
/// </summary>
internal static class ValidatorEntries
{
    /// <summary>Another validator's verdict was signed.</summary>
    public const string CoSigned = "verdict-cosigned";

    /// <summary>A smoothed score was computed.</summary>
    public const string Score = "score-smoothed";

    /// <summary>Weights were decided and are committed.</summary>
    public const string Weights = "weights";

    /// <summary>Records a step before its effect.</summary>
    /// <param name="recorder">The log.</param>
    /// <param name="code">Which step.</param>
    /// <param name="peerKind">miner or validator.</param>
    /// <param name="peer">Whom it is about, 32 bytes.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="statement">What was decided, as it is signed or committed; its hash is in the entry.</param>
    /// <param name="basis">What it rests on; null for nothing.</param>
    public static Task RecordAsync(
        AuditRecorder recorder, string code, string peerKind, ReadOnlySpan<byte> peer, ulong epoch, ReadOnlySpan<byte> statement, ReadOnlyMemory<byte>? basis = null)
    {
        CanonicalObject details = new()
        {
            { "code", code },
            { "peer", new CanonicalObject { { "kind", peerKind }, { "id", Ss58Address.Encode(peer) } } },
            { "epoch", checked((long)epoch) },
            { "out", Hashed(statement) },
        };
        if (basis is { } rests)
        {
            details.Add("in", Hashed(rests.Span));
        }

        return recorder.RecordAsync("score.assigned", details);
    }

    private static CanonicalObject Hashed(ReadOnlySpan<byte> bytes) =>
        new() { { "hash", Convert.ToHexStringLower(SHA256.HashData(bytes)) }, { "bytes", bytes.Length } };
}
