using System.Net;
using Subnet.Core.State;
using Subnet.Health.Circuits;
using Subnet.Health.Cli.Commands.Miners;
using Subnet.Health.Cli.Commands.Validators;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Node;
using Subnet.Health.Validator;
using Subnet.Health.Web.Api;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Miners;

namespace Subnet.Health.Cli.Api;

/// <summary>
/// The HTTP sides of node, miner, validator and gateway: health, metrics, the ledger as the role itself executes it, and what the role's own status command prints. They
/// listen on loopback only: they are for whoever runs the role.
/// </summary>
/// <param name="loggers">Loggers.</param>
/// <param name="time">The clock.</param>
/// <param name="otlp">Where metrics are pushed; null nowhere.</param>
/// <param name="isSeeded">Whether the network's keys follow from a seed.</param>
/// <param name="port">Port; 0 takes a free one.</param>
internal sealed class RoleSites(ILoggerFactory loggers, TimeProvider time, Uri? otlp, bool isSeeded = false, int port = 0) : IRoleSites
{
    private readonly IPEndPoint endpoint = new(IPAddress.Loopback, port);

    /// <inheritdoc/>
    public async Task<IRoleSite> NodeAsync(LedgerNode node, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(node);
        TimeSpan pace = TimeSpan.FromMilliseconds(node.Client.Identity.BlockTimeMs);
        NodeSiteOptions options = Options(node.Client) with
        {
            BlockPatience = (10 * pace) + TimeSpan.FromSeconds(10),
            Checks = [new HealthCheck("disk", _ => Task.FromResult(node.Failure is null ? null : "its disk has no room; it makes no blocks"))],
        };
        return await StartAsync(options, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IRoleSite> MinerAsync(MinerHost miner, ILedgerClient ledger, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(miner);
        Lazy<Dictionary<string, ReadCard>> cards = new(() => miner.Models.ToDictionary(
            static model => Convert.ToHexStringLower(model.CardHash.Span), static model => CardReader.Read(model.Card.Span), StringComparer.Ordinal));
        NodeSiteOptions options = Options(ledger) with
        {
            Checks =
            [
                new HealthCheck("queries", _ => Task.FromResult(miner.IsServing ? null : "it takes no queries")),
                new HealthCheck("log", _ => Task.FromResult(miner.Log.Failure is null ? null : "its log cannot be written")),
            ],
            Routes = [new ApiRoute("/miner", "This miner: what the ledger says of it, and which models it serves.", typeof(MinerStatusDocument), (_, cancel) => StatusAsync(miner, ledger, cancel))],
            Cards = new HeldModelCards(hash => cards.Value.GetValueOrDefault(hash)),
        };
        return await StartAsync(options, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IRoleSite> ValidatorAsync(string name, ValidatorService validator, ILedgerClient ledger, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(validator);
        NodeSiteOptions options = Options(ledger) with
        {
            Checks =
            [
                new HealthCheck("work", _ => Task.FromResult(validator.IsStopped ? "it stopped" : null)),
                new HealthCheck("log", _ => Task.FromResult(validator.Log.Failure is null ? null : "its log cannot be written")),
            ],
            Routes =
            [
                new ApiRoute(
                    "/validator", "This validator: plans, verdicts, scores and weights; queries of judged epochs only.", typeof(ValidatorStatusDocument),
                    (_, _) => Task.FromResult<object?>(ValidatorStatusDocument.OfJudged(name, validator.Store))),
            ],
            Miners = new ValidatorReports(name, validator.Store),
            Cards = new HeldModelCards(hash => validator.Miners.Known(new Hash256(Convert.FromHexString(hash)))?.Card),
        };
        return await StartAsync(options, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IRoleSite> ClinicAsync(GatewayView gateway, ReadOnlyMemory<byte> account, ILedgerClient ledger, CancellationToken stop) =>
        await ClinicSite.StartAsync(gateway, Options(ledger), new HashSet<AccountId> { new(account.Span) }, port, otlp, stop).ConfigureAwait(false);

    private NodeSiteOptions Options(ILedgerClient ledger) => new(ledger, loggers, time) { IsSeeded = isSeeded };

    private Task<RoleSite> StartAsync(NodeSiteOptions options, CancellationToken stop) => RoleSite.StartAsync(options, endpoint, null, otlp, null, [], stop);

    private static async Task<object?> StatusAsync(MinerHost miner, ILedgerClient ledger, CancellationToken stop)
    {
        if (!miner.IsServing)
        {
            return null;
        }

        MinerStatus status = await miner.GetStatusAsync().ConfigureAwait(false);
        Metagraph? metagraph = await ledger.GetMetagraphAsync(status.Netuid, stop).ConfigureAwait(false);
        IReadOnlyList<ModelView> models = await ledger.GetModelsAsync(status.Netuid, withRetired: true, cancellationToken: stop).ConfigureAwait(false);
        return metagraph?.Find(new AccountId(miner.PublicKey)) is { } neuron
            ? MinerStatusDocument.Of(status.Netuid, neuron, models, status.IsServing, status.Models.Select(static model => Convert.ToHexStringLower(model.Card.Span)).ToHashSet())
            : null;
    }
}
