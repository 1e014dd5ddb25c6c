using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
internal sealed class SemanticVerifier(SemanticOptions options, VerificationReport report) : IDisposable
{
    private const long LastSecondOfTheCalendar = 253402300799;

    private readonly KeyHistory keys = new();
    private readonly OpenQueries queries = new();
    private readonly EventNames events = new();
    private long? minimumIndex;
    private long? firstIndex;
    private readonly Dictionary<string, long> nextSeq = new(StringComparer.Ordinal);
    private readonly HashSet<string> registered = new(StringComparer.Ordinal);
    private readonly HashSet<string> retired = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> withdrawn = [];
    private DateTimeOffset newest = DateTimeOffset.MinValue;
    private DateTimeOffset? seen;
    private (long Index, DateTimeOffset Time)? youngest;
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
            if (entry is { Type: "result.received", Ref: not null })
            {
                queries.Failed(Query(index, NumberOf(entry.Ref), entry));
            }

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

        keys.Check(report);
        if (options.IsWholeLog && firstIndex > 0 && (minimumIndex is not { } minimum || firstIndex > minimum))
        {
            report.Add(FindingSeverity.Error, "content", 0, $"the entries before {firstIndex} are missing, and no entry of the log says that they were removed at the end of their retention");
        }

        foreach (AnsweredQuery answered in queries.Late())
        {
            CheckAnswer(answered);
        }

        IReadOnlyList<OpenQuery> unanswered = queries.Unanswered(VerificationReport.MaximumFindings, out long count);
        foreach (OpenQuery query in unanswered)
        {
            report.Add(FindingSeverity.Warning, "no-result", query.Index, $"query {query.Event:x32} has no result in this log: lost, or under way");
        }

        report.AddUnlisted(FindingSeverity.Warning, count - unanswered.Count);
    }

    private void CheckEvent(long index, AuditEntry entry)
    {
        if (events.Add(NumberOf(entry.Event), index))
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

    /// <summary>Takes a checkpoint, when the entries that it covers were read and no more.</summary>
    public void Pass(OpenedCheckpoint opened)
    {
        ArgumentNullException.ThrowIfNull(opened);
        keys.Add(opened);
        long[] times = [.. opened.Cosignatures.Select(signature => signature.Time ?? 0).Where(time => time is > 0 and <= LastSecondOfTheCalendar)];
        if (times.Length > 0)
        {
            Witnessed(DateTimeOffset.FromUnixTimeSeconds(times.Min()));
        }
    }

    /// <summary>Takes that a witness saw the entries read so far and no more, at a time by its own clock: the only one that is not the operator's.</summary>
    public void Witnessed(DateTimeOffset time)
    {
        if (youngest is { } entry && entry.Time > time + options.AllowedSkew)
        {
            ReportWindow(entry.Index, entry.Time, "after a witness saw the log with it");
        }

        (seen, youngest) = (time, null);
    }

    /// <summary>An entry that a witness had not seen is not much older than that, and one that it had seen is not younger.</summary>
    private void CheckWindow(long index, AuditEntry entry)
    {
        if (entry.Time < seen - options.AllowedDelay)
        {
            ReportWindow(index, entry.Time, "before a witness saw the log without this entry");
        }

        if (youngest is null || entry.Time > youngest.Value.Time)
        {
            youngest = (index, entry.Time);
        }
    }

    private void ReportWindow(long index, DateTimeOffset time, string why) =>
        report.Add(FindingSeverity.Error, "time-window", index, $"the time {EntryTime.Format(time)} is {why}");

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

        // A clinic has as many consents as patients: 16 bytes of a hash each.
        UInt128 name = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(reference)));

        switch (entry.Type)
        {
            case "consent.withdrawn":
                withdrawn.Add(name);
                break;
            case "consent.granted":
                withdrawn.Remove(name);
                break;
            case "query.sent" when withdrawn.Contains(name):
                report.Add(FindingSeverity.Error, "consent-withdrawn", index, $"consent {reference} was withdrawn before the query");
                break;
        }
    }

    private void CheckQuery(long index, AuditEntry entry)
    {
        if (entry.Type == "query.sent")
        {
            queries.Sent(Query(index, NumberOf(entry.Event), entry));
        }
        else if (entry.Type == "result.received" && queries.Answered(Query(index, NumberOf(entry.Ref!), entry)) is { } answered)
        {
            CheckAnswer(answered);
        }
    }

    private void CheckAnswer(AnsweredQuery answered)
    {
        (OpenQuery result, OpenQuery? sent) = answered;
        if (sent is not { } query)
        {
            report.Add(
                options.IsWholeLog ? FindingSeverity.Error : FindingSeverity.Info, "no-query", result.Index,
                $"the result answers query {result.Event:x32}, which is not {(options.IsWholeLog ? "in this log or was answered before" : "among the disclosed entries")}");
            return;
        }

        if (query.In != result.In)
        {
            report.Add(FindingSeverity.Error, "in-differs", result.Index, $"the result is for other bytes than query {query.Event:x32} (entry {query.Index}) sent");
        }

        if (query.Model != result.Model)
        {
            report.Add(FindingSeverity.Error, "model-differs", result.Index, $"the result is of another model than query {query.Event:x32} (entry {query.Index}) asked");
        }
    }

    private static OpenQuery Query(long index, UInt128 name, AuditEntry entry) =>
        new(name, index, UInt256.OfHex(Hash(entry.Members, "in")), UInt256.OfHex(Commit(entry.Members)));

    private static UInt128 NumberOf(string name) => UInt128.Parse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Removes what was put aside while reading.</summary>
    public void Dispose()
    {
        events.Dispose();
        queries.Dispose();
    }

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
