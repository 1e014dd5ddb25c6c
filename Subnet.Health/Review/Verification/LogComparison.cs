using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Holds the logs of two parties against each other: every query that the clinic sent was served by the miner and the other way round, with
/// the same bytes, model and receipt. What one side hides, the other side shows. Queries are compared part by part: memory does not grow with the logs.
/// </summary>
internal static class LogComparison
{
    /// <summary>Compares; ids say which party each log is of.</summary>
    /// <param name="clinic">Entries of the clinic's log.</param>
    /// <param name="clinicId">The clinic's id.</param>
    /// <param name="miner">Entries of the miner's log.</param>
    /// <param name="minerId">The miner's id; queries to others are left out.</param>
    /// <param name="report">Where findings go.</param>
    public static void Compare(IEnumerable<LoggedEntry> clinic, string clinicId, IEnumerable<LoggedEntry> miner, string minerId, VerificationReport report)
    {
        using SpilledRecords records = new(ComparedEntry.ByteCount);
        byte[] record = new byte[ComparedEntry.ByteCount];
        foreach (LoggedEntry entry in clinic.Where(entry => PeerIs(entry, "miner", minerId)))
        {
            switch (entry.Members.TextOrNull("type"))
            {
                case "query.sent":
                    Put(ComparedKind.Sent, "event", entry, false);
                    break;
                case "result.received":
                    Put(ComparedKind.Received, "ref", entry, false);
                    break;
            }
        }

        // A miner that cannot know who asked names no peer; then only queries that the clinic knows are its own.
        foreach (LoggedEntry entry in miner.Where(entry => entry.Members.TextOrNull("type") == "query.served" && (entry.Members.ObjectOrNull("peer") is null || PeerIs(entry, "clinic", clinicId))))
        {
            Put(ComparedKind.Served, "ref", entry, entry.Members.ObjectOrNull("peer") is not null);
        }

        for (int part = 0; part < SpilledRecords.Parts; part++)
        {
            ComparePart(records.Read(part).Select(bytes => ComparedEntry.Read(bytes.Span)), report);
        }

        void Put(ComparedKind kind, string nameOf, LoggedEntry entry, bool namesTheClinic)
        {
            if (UInt128.TryParse(entry.Members.TextOrNull(nameOf), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 name))
            {
                ComparedEntry.Of(kind, name, entry, namesTheClinic).Write(record);
                records.Add(record);
            }
        }
    }

    /// <summary>Compares the entries of some queries, all there are of each: the clinic's in their order, then the miner's.</summary>
    private static void ComparePart(IEnumerable<ComparedEntry> entries, VerificationReport report)
    {
        Dictionary<UInt128, ComparedEntry> sent = [];
        Dictionary<UInt128, ComparedEntry> received = [];
        foreach (ComparedEntry entry in entries)
        {
            switch (entry.Kind)
            {
                case ComparedKind.Sent:
                    sent[entry.Event] = entry;
                    break;
                case ComparedKind.Received:
                    received[entry.Event] = entry;
                    break;
                case ComparedKind.Served when entry.NamesTheClinic || sent.ContainsKey(entry.Event):
                    report.Count("query.served");
                    Match(entry, sent, received, report);
                    break;
            }
        }

        foreach (ComparedEntry query in sent.Values.OrderBy(query => query.Index))
        {
            // What failed was perhaps never served; a result that came was.
            bool answered = received.Remove(query.Event, out ComparedEntry result) && result.IsOk;
            report.Add(
                answered ? FindingSeverity.Error : FindingSeverity.Warning, "not-served", query.Index,
                $"query {query.Event:x32} of the clinic's log is not in the miner's{(answered ? " although the clinic has its result" : ": it may not have arrived")}");
        }

        foreach (ComparedEntry result in received.Values.OrderBy(result => result.Index))
        {
            report.Add(FindingSeverity.Error, "not-served", result.Index, $"the result of query {result.Event:x32} in the clinic's log has no counterpart in the miner's");
        }
    }

    private static void Match(ComparedEntry served, Dictionary<UInt128, ComparedEntry> sent, Dictionary<UInt128, ComparedEntry> received, VerificationReport report)
    {
        if (!sent.Remove(served.Event, out ComparedEntry query))
        {
            report.Add(FindingSeverity.Error, "not-sent", served.Index, $"query {served.Event:x32} of the miner's log is not in the clinic's, or was served twice");
            return;
        }

        report.Count("query.sent");
        Differ(query.In != served.In, "in-differs", "the clinic sent and the miner served other bytes", query, served, report);
        Differ(query.Model != served.Model, "model-differs", "the two logs name different models", query, served, report);
        if (!received.Remove(served.Event, out ComparedEntry result))
        {
            if (served.IsOk)
            {
                report.Add(
                    FindingSeverity.Warning, "no-result", query.Index, $"query {served.Event:x32} was served and the clinic has no result: the reply was lost or is not recorded");
            }

            return;
        }

        report.Count("result.received");
        if (!result.IsOk)
        {
            // The reply was lost or refused on the way; what the clinic did not take it cannot contradict.
            return;
        }

        Differ(result.In != served.In, "in-differs", "the clinic's result is for other bytes than the miner served", result, served, report);
        Differ(result.Out != served.Out, "out-differs", "the clinic received other bytes than the miner sent", result, served, report);
        Differ(result.Model != served.Model, "model-differs", "the two logs name different models", result, served, report);
        Differ(result.Signature != served.Signature, "receipt-differs", $"the two logs have different receipts of query {served.Event:x32}", result, served, report);
    }

    private static void Differ(bool differs, string code, string message, ComparedEntry ours, ComparedEntry theirs, VerificationReport report)
    {
        if (differs)
        {
            report.Add(FindingSeverity.Error, code, ours.Index, $"{message} (entry {theirs.Index} of the miner's log)");
        }
    }

    private static bool PeerIs(LoggedEntry entry, string kind, string id)
    {
        CanonicalObject? peer = entry.Members.ObjectOrNull("peer");
        return peer?.TextOrNull("kind") == kind && peer.TextOrNull("id") == id;
    }
}
