using System.Security.Cryptography;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Tracing;

/// <summary>The model's part of a trace: the published card behind the hash, and its registration with a commitment before it was used.</summary>
internal static class ModelLinks
{
    public static async Task<IEnumerable<TraceLink>> OfAsync(QueryEvidence evidence, TraceSources sources, CancellationToken cancellationToken) =>
        [Card(evidence, sources), await RegisteredAsync(evidence, sources, cancellationToken).ConfigureAwait(false)];

    private static TraceLink Card(QueryEvidence evidence, TraceSources sources)
    {
        const string Title = "The model's card is the one that was published";
        if (evidence.Card is not { } hash)
        {
            return new TraceLink("model-card", Title, TraceStatus.Unavailable, "no entry names the model");
        }

        TraceFact[] facts = [new TraceFact("card", hash)];
        byte[]? card = sources.FindCard(hash);
        return card is null
            ? new TraceLink("model-card", Title, TraceStatus.Unavailable, "the card itself was not given; its hash is in query, receipt and result") { Facts = facts }
            : Convert.ToHexStringLower(SHA256.HashData(card)) == hash
                ? new TraceLink("model-card", Title, TraceStatus.Verified, $"its {card.Length} bytes hash to what query, receipt and result name") { Facts = facts }
                : new TraceLink("model-card", Title, TraceStatus.Failed, "the card that was given has another hash") { Facts = facts };
    }

    private static async Task<TraceLink> RegisteredAsync(QueryEvidence evidence, TraceSources sources, CancellationToken cancellationToken)
    {
        const string Step = "model-registered";
        const string Title = "The model was registered, with a commitment to its weights, before it was used";
        if (sources.Ledger is not { } ledger || evidence.Card is not { } card)
        {
            return new TraceLink(Step, Title, TraceStatus.Unavailable, "the ledger was not given, or no entry names the model");
        }

        if (await ledger.ModelAsync(card, cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return new TraceLink(Step, Title, TraceStatus.Missing, "the ledger has no registration of this card") { Place = ledger.Name };
        }

        DateTimeOffset? used = EntryTime.TryParse(evidence.Time ?? "", out DateTimeOffset time) ? time : null;
        string? fault =
            evidence.Miner is { } miner && model.Miner != miner ? $"it is registered by {model.Miner}, and {miner} was asked"
            : used is { } at && model.Time > at ? $"it was registered in block {model.Height}, after the query"
            : used is { } later && model.RetiredTime is { } retired && retired < later ? "it was retired before the query"
            : null;
        return new TraceLink(Step, Title, fault is null ? TraceStatus.Verified : TraceStatus.Failed, fault ?? $"registered by {model.Miner} on subnet {model.Netuid}; the ledger checked the opening proof")
        {
            Place = ledger.Name,
            Height = model.Height,
            Party = model.Miner,
            Facts = [new TraceFact("card", card), new TraceFact("commitment", model.Commitment)],
        };
    }
}
