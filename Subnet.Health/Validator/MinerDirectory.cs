using System.Collections.Concurrent;
using Subnet.Core.State;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator.Store;
using ModelCard = Subnet.Health.Rpc.InferenceV1.ModelCard;

namespace Subnet.Health.Validator;

/// <summary>A miner's registered model that can be asked.</summary>
/// <param name="Neuron">The miner.</param>
/// <param name="Endpoint">Where it serves.</param>
/// <param name="Model">Its registration.</param>
/// <param name="Card">Its card, checked against the registered hash.</param>
internal sealed record ServedCard(NeuronView Neuron, Uri Endpoint, ModelView Model, CardClient Card);

/// <summary>
/// The models of a subnet that are on the ledger, with their cards as the miners serve them. A card is believed by its hash and its commitment by the ledger; one that does
/// not fit is as if it were not there. Cards are kept: an audit is judged by the card it was planned with, whether its miner serves it still or not. Safe for concurrent use.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="channels">Ways to the miners.</param>
/// <param name="store">Keeps cards across restarts; null for in memory only.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Structured log.</param>
internal sealed class MinerDirectory(ILedgerClient ledger, PeerChannels channels, ValidatorStore? store, TimeProvider time, ILogger<MinerDirectory> logger)
{
    // From a miner that took the connection and said nothing until it is asked for its card again.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<Hash256, CardClient> cards = new();
    private readonly ConcurrentDictionary<(Hash256 Card, Uri Endpoint), long> silent = new();

    /// <summary>How long a miner is waited for that is asked for its card.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The models of a subnet that can be asked now, by uid and age.</summary>
    public Task<IReadOnlyList<ServedCard>> ListAsync(ushort netuid, CancellationToken cancellationToken) => ListAsync(netuid, [], cancellationToken);

    /// <summary>The same, and of retired models those with one of these cards: a miner that retires a card is judged all the same by what it answered under it.</summary>
    public async Task<IReadOnlyList<ServedCard>> ListAsync(ushort netuid, IEnumerable<byte[]> alsoRetired, CancellationToken cancellationToken)
    {
        HashSet<Hash256> retired = [.. alsoRetired.Select(card => new Hash256(card))];
        if (await ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false) is not { } metagraph)
        {
            return [];
        }

        // At once, and not soon again from one that said nothing: the others are not to wait for it with every list.
        IReadOnlyList<ModelView> models = await ledger.GetModelsAsync(netuid, withRetired: retired.Count > 0, cancellationToken).ConfigureAwait(false);
        ServedCard?[] served = await Task.WhenAll(models.Select(async model =>
            (model.Registration.RetiredHeight == 0 || retired.Contains(model.Card))
                && metagraph.Find(model.Registration.Hotkey) is { Endpoint: { } address } neuron && Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint)
                && await FindCardAsync(model, endpoint, cancellationToken).ConfigureAwait(false) is { } card
                ? new ServedCard(neuron, endpoint, model, card)
                : null)).ConfigureAwait(false);
        return [.. served.OfType<ServedCard>().OrderBy(model => model.Neuron.Uid).ThenBy(model => model.Model.Registration.Height)];
    }

    /// <summary>A card that was fetched before, or null; asks nobody.</summary>
    public CardClient? Known(Hash256 card)
    {
        if (cards.TryGetValue(card, out CardClient? known))
        {
            return known;
        }

        return store?.FindCard(card.ToArray()) is { } kept && CardClient.OpenAny(kept) is var read && read.Hash.SequenceEqual(card.ToArray()) ? cards.GetOrAdd(card, read) : null;
    }

    /// <summary>The card of a registered model, kept or from its miner; null where none that fits is served.</summary>
    public async Task<CardClient?> FindCardAsync(ModelView model, Uri endpoint, CancellationToken cancellationToken)
    {
        try
        {
            if (Known(model.Card) is { } known && known.Commitment.SequenceEqual(model.Registration.Commitment.Span))
            {
                return known;
            }

            if (silent.TryGetValue((model.Card, endpoint), out long since) && time.GetElapsedTime(since) < Pause)
            {
                return null;
            }

            using GrpcChannel channel = channels.Open(endpoint, oneCall: true);
            ModelsReply reply = await channel.UnaryAsync(
                InferenceMethods.Models, new ModelsRequest(), GrpcCallOptions.None with { Timeout = Patience }, cancellationToken).ConfigureAwait(false);
            ModelCard? served = reply.Cards.FirstOrDefault(card => card.Hash.Span.SequenceEqual(model.Card.ToArray()));
            if (served is null)
            {
                ValidatorLog.CardMissing(logger, model.Card, endpoint);
                return null;
            }

            CardClient card = CardClient.OpenAny(served.Canonical.Span);
            if (!card.Hash.SequenceEqual(model.Card.ToArray()) || !card.Commitment.SequenceEqual(model.Registration.Commitment.Span))
            {
                ValidatorLog.CardDiffers(logger, model.Card, endpoint);
                return null;
            }

            store?.PutCard(model.Card.ToArray(), served.Canonical.ToByteArray());
            return cards.GetOrAdd(model.Card, card);
        }
        catch (Exception e) when (e is GrpcException or CircuitException)
        {
            if (e is GrpcException { Status.Code: GrpcStatusCode.DeadlineExceeded })
            {
                silent[(model.Card, endpoint)] = time.GetTimestamp();
            }

            ValidatorLog.CardUnavailable(logger, model.Card, endpoint, e.Message);
            return null;
        }
    }
}
