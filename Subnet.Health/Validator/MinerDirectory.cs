using System.Collections.Concurrent;
using Subnet.Core.State;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
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
/// not fit is as if it were not there. Safe for concurrent use.
/// </summary>
internal sealed class MinerDirectory(ILedgerClient ledger, PeerChannels channels, ILogger<MinerDirectory> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Hash256, CardClient> cards = new();

    /// <summary>The models of a subnet that can be asked now, by uid and age.</summary>
    public async Task<IReadOnlyList<ServedCard>> ListAsync(ushort netuid, CancellationToken cancellationToken)
    {
        if (await ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false) is not { } metagraph)
        {
            return [];
        }

        List<ServedCard> served = [];
        foreach (ModelView model in await ledger.GetModelsAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (metagraph.Find(model.Registration.Hotkey) is { Endpoint: { } address } neuron && Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint)
                && await FindCardAsync(model, endpoint, cancellationToken).ConfigureAwait(false) is { } card)
            {
                served.Add(new ServedCard(neuron, endpoint, model, card));
            }
        }

        return [.. served.OrderBy(model => model.Neuron.Uid).ThenBy(model => model.Model.Registration.Height)];
    }

    /// <summary>A card that was fetched before, or null; asks nobody.</summary>
    public CardClient? Known(Hash256 card) => cards.GetValueOrDefault(card);

    /// <summary>The card of a registered model, from memory or from its miner; null where none that fits is served.</summary>
    public async Task<CardClient?> FindCardAsync(ModelView model, Uri endpoint, CancellationToken cancellationToken)
    {
        if (cards.TryGetValue(model.Card, out CardClient? known))
        {
            return known;
        }

        try
        {
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

            return cards.GetOrAdd(model.Card, card);
        }
        catch (Exception e) when (e is GrpcException or CircuitException)
        {
            ValidatorLog.CardUnavailable(logger, model.Card, endpoint, e.Message);
            return null;
        }
    }
}
