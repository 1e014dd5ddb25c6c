using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// Remembers in a journal which statements are in the log, so that a step that is taken again after a crash logs what was left out and nothing twice. A crash between entry and
/// journal leaves the same statement in the log a second time, which says nothing else.
/// </summary>
/// <param name="inner">The party's log.</param>
/// <param name="journal">The journal.</param>
/// <param name="kind">The number of these entries in it.</param>
/// <param name="clock">The clock.</param>
internal sealed class JournaledScoringLog(IScoringLog inner, IScoringJournal journal, byte kind, TimeProvider clock) : IScoringLog
{
    private readonly Dictionary<string, RecordedEntry> known = journal.Entries.Where(entry => entry.Kind == kind).Select(Parse).DistinctBy(entry => entry.Name).ToDictionary(
        entry => entry.Name, entry => entry.Recorded, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer)
    {
        ArgumentNullException.ThrowIfNull(signed);
        string name = Convert.ToHexStringLower(signed.Hash);
        if (known.TryGetValue(name, out RecordedEntry? before))
        {
            return before;
        }

        RecordedEntry recorded = await inner.RecordAsync(code, signed, peerKind, peer).ConfigureAwait(false);
        journal.Append(kind, clock.GetUtcNow(), [.. signed.Hash, .. BitConverter.GetBytes(recorded.Index), .. recorded.Entry.Bytes.Span]);
        known.Add(name, recorded);
        return recorded;
    }

    private static (string Name, RecordedEntry Recorded) Parse(ScoringJournalEntry entry)
    {
        const int Hash = 32;
        ReadOnlyMemory<byte> content = entry.Content;
        return (
            Convert.ToHexStringLower(content.Span[..Hash]),
            new RecordedEntry(AuditEntry.Parse(content[(Hash + sizeof(long))..]), BitConverter.ToInt64(content.Span[Hash..]), IsDuplicate: false));
    }
}
