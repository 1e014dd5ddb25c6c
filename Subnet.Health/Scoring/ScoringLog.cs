using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>Where a party of organic scoring records its statements.</summary>
internal interface IScoringLog
{
    /// <summary>Records a statement before it is sent.</summary>
    /// <param name="code">Which message: <c>score-window</c>, <c>score-seed</c>, <c>batch-open</c>, <c>score-out</c>, <c>score-commit</c>, <c>seed-open</c>, <c>score-open</c>, <c>score-public</c>, <c>score-fault</c>.</param>
    /// <param name="signed">The statement.</param>
    /// <param name="peerKind">The other party's kind.</param>
    /// <param name="peer">The other party's public key.</param>
    Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer);
}

/// <summary>
/// Scoring messages in a party's own log. The closed schema has one type for scores, <c>score.assigned</c>: <c>code</c> names the message, <c>out</c> is the hash of the signed
/// statement, <c>peer</c> the other party. An entry is durable before its message leaves.
/// </summary>
internal sealed class ScoringLog(AuditRecorder recorder) : IScoringLog
{
    /// <inheritdoc/>
    public Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer) => recorder.RecordAsync(
        "score.assigned",
        new CanonicalObject
        {
            ["code"] = code,
            ["peer"] = new CanonicalObject { ["kind"] = peerKind, ["id"] = Ss58Address.Encode(peer.Span) },
            ["out"] = new CanonicalObject { ["hash"] = Convert.ToHexStringLower(signed.Hash), ["bytes"] = signed.Statement.Length },
        });
}
