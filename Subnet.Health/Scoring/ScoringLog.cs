using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;

namespace Subnet.Health.Scoring;

/// <summary>Where a party of organic scoring records its statements.</summary>
internal interface IScoringLog
{
    /// <summary>Records a statement before it is sent.</summary>
    /// <param name="code">Which message: <c>score-window</c>, <c>score-seed</c>, <c>batch-open</c>, <c>score-out</c>, <c>score-commit</c>, <c>seed-open</c>, <c>score-open</c>, <c>score-public</c>, <c>score-fault</c>.</param>
    /// <param name="signed">The statement.</param>
    /// <param name="peerKind">The other party's kind.</param>
    /// <param name="peer">The other party's public key.</param>
    /// <param name="name">The entry's event; null for a new one. An event that the log has is not recorded again: its entry is returned.</param>
    Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer, string? name = null);

    /// <summary>A new random event, for a caller that has to know it before the entry is in the log.</summary>
    string NewEvent();
}

/// <summary>
/// Scoring messages in a party's own log. The closed schema has one type for scores, <c>score.assigned</c>: <c>code</c> names the message, <c>out</c> is the hash of the signed
/// statement, <c>peer</c> the other party. An entry is durable before its message leaves.
/// </summary>
/// <param name="recorder">The log's recorder.</param>
/// <param name="find">The entry of an event that the log has, or null.</param>
internal sealed class ScoringLog(AuditRecorder recorder, Func<string, Task<AuditEntry?>> find) : IScoringLog
{
    /// <summary>Into the log of a role.</summary>
    public ScoringLog(RoleLog log)
        : this(log.Recorder, log.FindAsync)
    {
    }

    /// <inheritdoc/>
    public async Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(signed);
        name ??= NewEvent();
        RecordedEntry recorded = await recorder.RecordAsync(
            "score.assigned",
            new CanonicalObject
            {
                ["event"] = name,
                ["code"] = code,
                ["peer"] = new CanonicalObject { ["kind"] = peerKind, ["id"] = Ss58Address.Encode(peer.Span) },
                ["out"] = new CanonicalObject { ["hash"] = Convert.ToHexStringLower(signed.Hash), ["bytes"] = signed.Statement.Length },
            }).ConfigureAwait(false);

        // The entry that is there has a time and a number of its own.
        return recorded.IsDuplicate && await find(name).ConfigureAwait(false) is { } before ? recorded with { Entry = before } : recorded;
    }

    /// <inheritdoc/>
    public string NewEvent() => recorder.NewEvent();
}
