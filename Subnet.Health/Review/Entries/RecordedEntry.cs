namespace Subnet.Health.Review.Entries;

/// <summary>An entry that is durable in its log.</summary>
/// <param name="Entry">What was written.</param>
/// <param name="Index">Where.</param>
/// <param name="IsDuplicate">Whether an entry of this event was there before; then the index is the first one's.</param>
internal sealed record RecordedEntry(AuditEntry Entry, long Index, bool IsDuplicate);
