using System.Collections.Concurrent;
using System.Security.Cryptography;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Clinic;

/// <summary>A registered model of a miner that can be asked.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Hotkey">The miner's key, 32 bytes.</param>
/// <param name="Endpoint">Where it serves, as the ledger has it.</param>
/// <param name="Incentive">Its share of incentive, 0 to 1.</param>
/// <param name="Registered">Block of the card's registration.</param>
/// <param name="Card">The card, read and checked.</param>
internal sealed record MinerOffer(ushort Netuid, byte[] Hotkey, Uri Endpoint, double Incentive, ulong Registered, CardClient Card)
{
    /// <summary>The miner's address.</summary>
    public string Address { get; } = Ss58Address.Encode(Hotkey);

    /// <summary>The miner's key, 64 hexadecimal digits.</summary>
    public string HotkeyHex { get; } = Convert.ToHexStringLower(Hotkey);

    /// <summary>Hash of the card, 64 hexadecimal digits.</summary>
    public string CardHex { get; } = Convert.ToHexStringLower(Card.Hash);

    /// <summary>The card's identifier.</summary>
    public string ModelId => Card.Card.Text.Id;
}

/// <summary>
/// Which miner serves which model: the ledger says who registered which card and where it serves, the miner gives the card's bytes, and
/// their hash decides. Cards are kept on the disk, since a card never changes. Safe for concurrent use.
/// </summary>
internal sealed class MinerDirectory : IDisposable
{
    private static readonly TimeSpan CardTimeout = TimeSpan.FromSeconds(10);

    private readonly string folder;
    private readonly ILedgerClient ledger;
    private readonly GrpcChannelOptions options;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, CardClient> cards = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Uri, GrpcChannel> channels = new();
    private readonly ConcurrentDictionary<ushort, (ulong Height, IReadOnlyList<MinerOffer> Offers)> found = new();

    /// <param name="folder">Where cards are kept; made if it is not there.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="options">How miners are reached; each call gets a connection of its own.</param>
    /// <param name="time">The clock.</param>
    public MinerDirectory(string folder, ILedgerClient ledger, GrpcChannelOptions options, TimeProvider time)
    {
        this.folder = folder;
        this.ledger = ledger;
        this.options = options with { OneCallPerConnection = true };
        this.time = time;
        Directory.CreateDirectory(folder);
    }

    /// <summary>The channel to an endpoint: one call, one connection.</summary>
    public GrpcChannel ChannelTo(Uri endpoint) => channels.GetOrAdd(endpoint, address => new GrpcChannel(address, options, time));

    /// <summary>Every registered model whose card could be had, best miners first. A miner that does not answer is left out.</summary>
    public async Task<IReadOnlyList<MinerOffer>> FindAsync(ushort netuid, CancellationToken cancellationToken)
    {
        // Nothing that is asked here changes between two blocks; a miner whose card could not be had is asked again with the next one.
        ulong height = (await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
        if (found.TryGetValue(netuid, out (ulong Height, IReadOnlyList<MinerOffer> Offers) known) && known.Height == height && known.Offers.Count > 0)
        {
            return known.Offers;
        }

        IReadOnlyList<MinerOffer> offers = await ReadAsync(netuid, cancellationToken).ConfigureAwait(false);
        found[netuid] = (height, offers);
        return offers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GrpcChannel channel in channels.Values)
        {
            channel.Dispose();
        }
    }

    private async Task<IReadOnlyList<MinerOffer>> ReadAsync(ushort netuid, CancellationToken cancellationToken)
    {
        Metagraph? metagraph = await ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false);
        if (metagraph is null)
        {
            return [];
        }

        IReadOnlyList<ModelView> models = await ledger.GetModelsAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
        IEnumerable<Task<MinerOffer[]>> asked = models
            .GroupBy(model => model.Registration.Hotkey)
            .Select(group => (Neuron: metagraph.Find(group.Key), Models: group.ToArray()))
            .Where(item => item.Neuron?.Endpoint is not null)
            .Select(item => OffersAsync(netuid, item.Neuron!, item.Models, cancellationToken));
        MinerOffer[][] offers = await Task.WhenAll(asked).ConfigureAwait(false);
        return [.. offers.SelectMany(each => each).OrderByDescending(offer => offer.Incentive).ThenBy(offer => offer.Registered).ThenBy(offer => offer.CardHex, StringComparer.Ordinal)];
    }

    private async Task<MinerOffer[]> OffersAsync(ushort netuid, NeuronView neuron, ModelView[] models, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(neuron.Endpoint, UriKind.Absolute, out Uri? endpoint) || !CanReach(endpoint))
        {
            return [];
        }

        if (models.Any(model => Known(model.Card) is null))
        {
            await FetchAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }

        return
        [
            .. models.Select(model => (Model: model, Card: Known(model.Card)))
                .Where(item => item.Card is not null)
                .Select(item => new MinerOffer(
                    netuid, neuron.Hotkey.ToArray(), endpoint, neuron.Outcome.Incentive / (double)ushort.MaxValue, item.Model.Registration.Height, item.Card!)),
        ];
    }

    private bool CanReach(Uri endpoint) => endpoint.Scheme == Uri.UriSchemeHttps ? options.Tls is not null : endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback;

    private CardClient? Known(Hash256 card)
    {
        string name = Convert.ToHexStringLower(card.ToArray());
        if (cards.TryGetValue(name, out CardClient? known))
        {
            return known;
        }

        string path = Path.Combine(folder, name + ".json");
        return File.Exists(path) ? Remember(File.ReadAllBytes(path), name) : null;
    }

    private async Task FetchAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        ModelsReply reply;
        try
        {
            reply = await ChannelTo(endpoint)
                .UnaryAsync(
                    InferenceMethods.Models,
                    new ModelsRequest(),
                    GrpcCallOptions.None with { Timeout = CardTimeout, Limits = new GrpcLimits(CardReader.MaxBytes, CardReader.MaxBytes) },
                    cancellationToken)
                .ConfigureAwait(false);
        }
        catch (GrpcException)
        {
            // Who does not answer is not asked.
            return;
        }

        foreach (Rpc.InferenceV1.ModelCard card in reply.Cards)
        {
            byte[] bytes = card.Canonical.ToByteArray();
            string name = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (Remember(bytes, name) is not null)
            {
                Keep(Path.Combine(folder, name + ".json"), bytes);
            }
        }
    }

    private CardClient? Remember(byte[] bytes, string name)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(bytes)) == name ? cards.GetOrAdd(name, _ => CardClient.OpenAny(bytes)) : null;
        }
        catch (CircuitException)
        {
            // A card that this build cannot read is not asked.
            return null;
        }
    }

    private static void Keep(string path, byte[] bytes)
    {
        if (File.Exists(path))
        {
            return;
        }

        string temporary = path + ".new";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
