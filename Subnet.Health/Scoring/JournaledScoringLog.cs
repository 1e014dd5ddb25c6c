using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// Remembers in a journal which statements are in the log, so that a step that is taken again after a crash logs what was left out and nothing twice. An entry's event is in the
/// journal before the entry is in the log: where a crash between the two leaves it open whether the log has the entry, the log says so by the event.
/// </summary>
/// <param name="inner">The party's log.</param>
/// <param name="journal">The journal.</param>
/// <param name="kind">The number of these entries in it.</param>
/// <param name="clock">The clock.</param>
internal sealed class JournaledScoringLog(IScoringLog inner, IScoringJournal journal, byte kind, TimeProvider clock) : IScoringLog
{
    private const int HashBytes = 32;
    private const int EventBytes = 16;

    private readonly Dictionary<string, string> events = Of(journal, kind).Where(IsEvent).DistinctBy(Name).ToDictionary(
        Name, content => Convert.ToHexStringLower(content.Span[HashBytes..]), StringComparer.Ordinal);

    private readonly Dictionary<string, RecordedEntry> known = Of(journal, kind).Where(content => !IsEvent(content)).DistinctBy(Name).ToDictionary(
        Name, Recorded, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(signed);
        string statement = Convert.ToHexStringLower(signed.Hash);
        if (known.TryGetValue(statement, out RecordedEntry? before))
        {
            return before;
        }

        if (!events.TryGetValue(statement, out string? planned))
        {
            planned = name ?? NewEvent();
            journal.Append(kind, clock.GetUtcNow(), [.. signed.Hash, .. Convert.FromHexString(planned)]);
            events.Add(statement, planned);
        }

        RecordedEntry recorded = await inner.RecordAsync(code, signed, peerKind, peer, planned).ConfigureAwait(false);
        journal.Append(kind, clock.GetUtcNow(), [.. signed.Hash, .. BitConverter.GetBytes(recorded.Index), .. recorded.Entry.Bytes.Span]);
        known.Add(statement, recorded);
        return recorded;
    }

    /// <inheritdoc/>
    public string NewEvent() => inner.NewEvent();

    private static IEnumerable<ReadOnlyMemory<byte>> Of(IScoringJournal journal, byte kind) =>
        journal.Entries.Where(entry => entry.Kind == kind).Select(entry => entry.Content);

    private static bool IsEvent(ReadOnlyMemory<byte> content) => content.Length == HashBytes + EventBytes;

    private static string Name(ReadOnlyMemory<byte> content) => Convert.ToHexStringLower(content.Span[..HashBytes]);

    private static RecordedEntry Recorded(ReadOnlyMemory<byte> content) =>
        new(AuditEntry.Parse(content[(HashBytes + sizeof(long))..]), BitConverter.ToInt64(content.Span[HashBytes..]), IsDuplicate: false);
}
