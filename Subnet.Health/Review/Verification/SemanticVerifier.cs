using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Reads the entries of one log in order and checks what they say: the schema, counters without gaps, times, one event one entry,
/// queries with their results and receipts, models registered, consents not withdrawn, keys changed as they should be. Keeps what is open, not
/// what is done: memory does not grow with the log.
/// </summary>
/// <param name="options">What the reviewer allows.</param>
/// <param name="report">Where findings go.</param>
/// <param name="marks">When witnesses saw which sizes, in order of the size; none where no witness is trusted.</param>
internal sealed class SemanticVerifier(SemanticOptions options, VerificationReport report, IReadOnlyList<WitnessMark>? marks = null) : IDisposable
{
    private readonly IReadOnlyList<WitnessMark> marks = marks ?? [];
    private readonly KeyHistory keys = new();
    private int nextMark;
    private readonly EventNames events = new();
    private long? minimumIndex;
    private long? firstIndex;
    private readonly Dictionary<string, long> nextSeq = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Index, string? In, string? Model)> open = new(StringComparer.Ordinal);
    private readonly HashSet<string> registered = new(StringComparer.Ordinal);
    private readonly HashSet<string> retired = new(StringComparer.Ordinal);
    private readonly HashSet<string> withdrawn = new(StringComparer.Ordinal);
    private DateTimeOffset newest = DateTimeOffset.MinValue;
    private bool sawModels;

    /// <summary>Reads the next entry.</summary>
    public void Add(long index, ReadOnlyMemory<byte> bytes) => Add(index, PreparedEntry.Of(bytes));

    /// <summary>Takes the next entry, looked at by itself before.</summary>
    public void Add(long index, PreparedEntry prepared)
    {
        firstIndex ??= index;
        if (prepared.Entry is not { } entry)
        {
            report.Count("(refused)");
            report.Add(FindingSeverity.Error, "schema", index, prepared.Refusal);
            return;
        }

        report.Count(entry.Type);
        CheckEvent(index, entry);
        CheckSeq(index, entry);
        CheckTime(index, entry);
        CheckWindow(index, entry);
        if (!entry.IsOk)
        {
            return;
        }

        CheckPurpose(index, entry);
        CheckModel(index, entry);
        CheckConsent(index, entry);
        CheckQuery(index, entry);
        if (!prepared.ReceiptIsGood)
        {
            report.Add(FindingSeverity.Error, "receipt", index, $"the receipt of {entry.Ref} is not the miner's signature over this request, model and bytes");
        }

        keys.Add(index, entry, report);
        minimumIndex = entry.Members.IntegerOrNull("minimum_index") ?? minimumIndex;
    }

    /// <summary>Says what stayed open, whether a key signed that should not have, and what was removed that should be there.</summary>
    public void Finish()
    {
        foreach (long index in events.Repeated())
        {
            report.Add(FindingSeverity.Error, "event-twice", index, "the event of this entry was recorded before");
        }

        // The newest checkpoint is also the newest kept one.
        IEnumerable<OpenedCheckpoint> checkpoints = report.Checkpoint is { } head ? report.Earlier.Append(head) : report.Earlier;
        keys.Check([.. checkpoints.DistinctBy(opened => opened.Checkpoint!.ToText())], report);
        if (options.IsWholeLog && firstIndex > 0 && (minimumIndex is not { } minimum || firstIndex > minimum))
        {
            report.Add(FindingSeverity.Error, "content", 0, $"the entries before {firstIndex} are missing, and no entry of the log says that they were removed at the end of their retention");
        }

        foreach ((string name, (long index, _, _)) in open.OrderBy(pair => pair.Value.Index))
        {
            report.Add(FindingSeverity.Warning, "no-result", index, $"query {name} has no result in this log: lost, timed out or under way");
        }
    }

    private void CheckEvent(long index, AuditEntry entry)
    {
        if (events.Add(UInt128.Parse(entry.Event, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), index))
        {
            report.Add(FindingSeverity.Error, "event-twice", index, $"event {entry.Event} is recorded twice");
        }
    }

    private void CheckSeq(long index, AuditEntry entry)
    {
        bool known = nextSeq.TryGetValue(entry.Actor, out long expected);
        bool mayFollowRemoved = !known && firstIndex > 0;
        if (options.IsWholeLog && !mayFollowRemoved && entry.Seq != (known ? expected : 0))
        {
            report.Add(FindingSeverity.Error, "seq-gap", index, $"{entry.Actor} counts {entry.Seq} where {(known ? expected : 0)} follows: an entry is missing or repeated");
        }
        else if (!options.IsWholeLog && known && entry.Seq < expected)
        {
            report.Add(FindingSeverity.Error, "seq-gap", index, $"{entry.Actor} counts {entry.Seq} after {expected - 1}");
        }

        nextSeq[entry.Actor] = entry.Seq + 1;
    }

    private void CheckTime(long index, AuditEntry entry)
    {
        if (newest - entry.Time > options.AllowedSkew && entry.Type != "clock.step")
        {
            report.Add(FindingSeverity.Warning, "time-backwards", index, $"the time {EntryTime.Format(entry.Time)} is before {EntryTime.Format(newest)} of an earlier entry");
        }

        newest = entry.Type == "clock.step" ? entry.Time : entry.Time > newest ? entry.Time : newest;
    }

    /// <summary>An entry that a witness had not seen is not much older than that, and one that it had seen is not younger.</summary>
    private void CheckWindow(long index, AuditEntry entry)
    {
        while (nextMark < marks.Count && marks[nextMark].Size <= index)
        {
            nextMark++;
        }

        bool tooOld = nextMark > 0 && entry.Time < marks[nextMark - 1].Time - options.AllowedDelay;
        bool tooYoung = nextMark < marks.Count && entry.Time > marks[nextMark].Time + options.AllowedSkew;
        if (tooOld || tooYoung)
        {
            report.Add(
                FindingSeverity.Error, "time-window", index,
                $"the time {EntryTime.Format(entry.Time)} is {(tooOld ? "before a witness saw the log without this entry" : "after a witness saw the log with it")}");
        }
    }

    private void CheckPurpose(long index, AuditEntry entry)
    {
        if (entry.Members.TextOrNull("purpose") is { } purpose && !options.AllowedPurposes.Contains(purpose))
        {
            report.Add(FindingSeverity.Error, "purpose", index, $"the purpose {purpose} is not allowed");
        }
    }

    private void CheckModel(long index, AuditEntry entry)
    {
        if (entry.Members.ObjectOrNull("model")?.TextOrNull("commit") is not { } commit)
        {
            return;
        }

        switch (entry.Type)
        {
            case "model.registered":
                sawModels = true;
                registered.Add(commit);
                retired.Remove(commit);
                break;
            case "model.retired":
                retired.Add(commit);
                break;
            case "query.sent" or "query.served" when retired.Contains(commit):
                report.Add(FindingSeverity.Error, "model-retired", index, $"model {commit} was retired before it was used");
                break;
            case "query.sent" or "query.served" when sawModels && options.IsWholeLog && !registered.Contains(commit):
                report.Add(FindingSeverity.Error, "model-unknown", index, $"model {commit} was not registered before it was used");
                break;
        }
    }

    private void CheckConsent(long index, AuditEntry entry)
    {
        if (entry.Members.ObjectOrNull("consent")?.TextOrNull("ref") is not { } reference)
        {
            return;
        }

        switch (entry.Type)
        {
            case "consent.withdrawn":
                withdrawn.Add(reference);
                break;
            case "consent.granted":
                withdrawn.Remove(reference);
                break;
            case "query.sent" when withdrawn.Contains(reference):
                report.Add(FindingSeverity.Error, "consent-withdrawn", index, $"consent {reference} was withdrawn before the query");
                break;
        }
    }

    private void CheckQuery(long index, AuditEntry entry)
    {
        if (entry.Type == "query.sent")
        {
            open[entry.Event] = (index, Hash(entry.Members, "in"), Commit(entry.Members));
            return;
        }

        if (entry.Type != "result.received")
        {
            return;
        }

        if (!open.Remove(entry.Ref!, out (long Index, string? In, string? Model) query))
        {
            report.Add(
                options.IsWholeLog ? FindingSeverity.Error : FindingSeverity.Info, "no-query", index,
                $"the result answers query {entry.Ref}, which is not {(options.IsWholeLog ? "in this log or was answered before" : "among the disclosed entries")}");
            return;
        }

        if (query.In != Hash(entry.Members, "in"))
        {
            report.Add(FindingSeverity.Error, "in-differs", index, $"the result is for other bytes than query {entry.Ref} (entry {query.Index}) sent");
        }

        if (query.Model != Commit(entry.Members))
        {
            report.Add(FindingSeverity.Error, "model-differs", index, $"the result is of another model than query {entry.Ref} (entry {query.Index}) asked");
        }
    }

    /// <summary>Removes what was put aside while reading.</summary>
    public void Dispose() => events.Dispose();

    /// <summary>The statement that an entry's receipt signs: the entry itself has every part of it.</summary>
    internal static bool TryReadReceipt(AuditEntry entry, CanonicalObject receipt, out ReceiptStatement statement, out byte[] signature)
    {
        signature = new byte[66];
        DateTimeOffset time = EntryTime.TryParse(receipt.TextOrNull("time") ?? "", out DateTimeOffset stated) ? stated : entry.Time;
        statement = new ReceiptStatement(
            entry.Ref ?? "", Commit(entry.Members) ?? "", Hash(entry.Members, "in") ?? "", Hash(entry.Members, "out") ?? "", time,
            VerifierKey.Parse(receipt.TextOrNull("key")!));
        if (!Convert.TryFromBase64String(receipt.TextOrNull("sig")!, signature, out int length))
        {
            return false;
        }

        signature = signature[..length];
        return true;
    }

    private static string? Hash(CanonicalObject entry, string name) => entry.ObjectOrNull(name)?.TextOrNull("hash");

    private static string? Commit(CanonicalObject entry) => entry.ObjectOrNull("model")?.TextOrNull("commit");
}
