using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Review.Tracing;

/// <summary>The miner's part of a trace: its own record of the query, and the receipt it signed.</summary>
internal static class MinerLinks
{
    private const string ServedTitle = "The miner recorded what it served";
    private const string ReceiptTitle = "The miner signed for request, model and reply";

    public static IEnumerable<TraceLink> Of(QueryEvidence evidence)
    {
        yield return Served(evidence);
        yield return Receipt(evidence);
    }

    private static TraceLink Served(QueryEvidence evidence)
    {
        if (evidence.Served is not { } served)
        {
            return new TraceLink(
                "query-served", ServedTitle, TraceStatus.Missing,
                $"no log that was looked at has a query.served for it: is the log of miner {evidence.Miner ?? "(unknown)"} among them?");
        }

        string? difference =
            evidence.Sent is { } sent && sent.Hash("in") != served.Hash("in") ? "the clinic sent and the miner served other bytes"
            : evidence.Sent is { } asked && asked.Commit != served.Commit ? "the miner served another model than was asked"
            : evidence.Sent is { } named && named.PeerId != served.ActorId ? $"the clinic asked {named.PeerId} and {served.ActorId} served"
            : null;
        return QueryTracer.Link(
            "query-served", ServedTitle, difference is null ? TraceStatus.Verified : TraceStatus.Failed,
            difference ?? "the entry is in the miner's log with the bytes and the model of the query", served,
            QueryTracer.Facts(("in", served.Hash("in")), ("out", served.Hash("out")), ("card", served.Commit)));
    }

    private static TraceLink Receipt(QueryEvidence evidence)
    {
        FoundEntry[] holders = [.. new[] { evidence.Received, evidence.Served }.OfType<FoundEntry>().Where(entry => entry.Members.ObjectOrNull("receipt") is not null)];
        if (holders.Length == 0)
        {
            return new TraceLink("receipt", ReceiptTitle, TraceStatus.Missing, "neither party's log shows a receipt");
        }

        foreach (FoundEntry holder in holders)
        {
            if (Fault(holder, evidence.Miner) is { } fault)
            {
                return QueryTracer.Link("receipt", ReceiptTitle, TraceStatus.Failed, fault, holder);
            }
        }

        string[] signatures = [.. holders.Select(holder => holder.Members.ObjectOrNull("receipt")!.TextOrNull("sig") ?? "").Distinct()];
        return signatures.Length == 1
            ? QueryTracer.Link(
                "receipt", ReceiptTitle, TraceStatus.Verified, $"Ed25519 by {evidence.Miner} over event, model, query and reply hash, in {holders.Length} of 2 logs", holders[0]) with
            {
                Signatures = SignatureOf(holders[0]),
            }
            : QueryTracer.Link("receipt", ReceiptTitle, TraceStatus.Failed, "the two logs have different receipts of one query", holders[0]);
    }

    private static IReadOnlyList<TraceSignature> SignatureOf(FoundEntry holder)
    {
        AuditEntry entry = AuditEntry.Parse(holder.Logged.Bytes);
        return SemanticVerifier.TryReadReceipt(entry, entry.Members.ObjectOrNull("receipt")!, out ReceiptStatement statement, out byte[] signature)
            ? [new TraceSignature(ReceiptStatement.Domain, statement.ToCanonical(), statement.Miner.PublicKey.ToArray(), signature)]
            : [];
    }

    private static string? Fault(FoundEntry holder, string? miner)
    {
        try
        {
            AuditEntry entry = AuditEntry.Parse(holder.Logged.Bytes);
            return !SemanticVerifier.TryReadReceipt(entry, entry.Members.ObjectOrNull("receipt")!, out ReceiptStatement statement, out byte[] signature)
                || !statement.IsSignedBy(signature)
                    ? "the signature is not the miner's over this request, model and reply"
                : miner is not null && MinerKey.AddressOf(statement.Miner) != miner ? $"the receipt is of the key {statement.Miner.Label}, and {miner} was asked"
                : null;
        }
        catch (AuditEntryException refused)
        {
            return $"the schema does not allow the entry: {refused.Message}";
        }
    }
}
