using System.Globalization;
using Subnet.Health.Node;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Miners;
using Subnet.Health.Web.Pages;

namespace Subnet.Health.Web.Dashboard;

/// <summary>The pages that anybody may see: overview, metagraph, consensus, emission, miners. They hold what the ledger holds, which is public.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="writer">Sends pages.</param>
/// <param name="health">How the parties of the network answer.</param>
/// <param name="miners">What validators found out about miners.</param>
/// <param name="cards">Model cards at hand.</param>
internal sealed class DashboardPart(
    ILedgerClient ledger, PageWriter writer, Func<CancellationToken, Task<IReadOnlyList<NodeHealth>>> health, IMinerReports miners, IModelCards cards) : IHttpPart, IDisposable
{
    private readonly EpochDesk epochs = new(ledger);
    private readonly EmissionHistory history = new(ledger);

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services) => services.AddRazorComponents();

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", OverviewAsync);
        routes.MapGet("/subnets/{netuid}/metagraph", http => OfSubnet(http, MetagraphAsync));
        routes.MapGet("/subnets/{netuid}/metagraph.csv", http => OfSubnet(http, CsvAsync));
        routes.MapGet("/subnets/{netuid}/neurons/{uid}", http => OfSubnet(http, NeuronAsync));
        routes.MapGet("/subnets/{netuid}/consensus", http => OfSubnet(http, ConsensusAsync));
        routes.MapGet("/subnets/{netuid}/consensus.png", http => OfSubnet(http, RasterAsync));
        routes.MapGet("/subnets/{netuid}/emission", http => OfSubnet(http, EmissionAsync));
        routes.MapGet("/subnets/{netuid}/emission/{height}", http => OfSubnet(http, EpochEmissionAsync));
        routes.MapGet("/subnets/{netuid}/miners", http => OfSubnet(http, MinersAsync));
        routes.MapFallback(http => writer.NotFoundAsync(http, $"There is no page {http.Request.Path}."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        epochs.Dispose();
        history.Dispose();
    }

    private static bool TryNumber(object? text, out ulong value) => ulong.TryParse(text as string, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private async Task OverviewAsync(HttpContext http)
    {
        IReadOnlyList<NodeHealth> nodes = await health(http.RequestAborted).ConfigureAwait(false);
        OverviewModel model = await ledger.ReadAsync(view => OverviewModel.Of(view, nodes), http.RequestAborted).ConfigureAwait(false);
        await writer.SendAsync<Overview, OverviewModel>(http, model).ConfigureAwait(false);
    }

    private async Task OfSubnet(HttpContext http, Func<HttpContext, SubnetView, Task> answer)
    {
        SubnetView? subnet = TryNumber(http.Request.RouteValues["netuid"], out ulong netuid) && netuid <= ushort.MaxValue
            ? await ledger.GetSubnetAsync((ushort)netuid, http.RequestAborted).ConfigureAwait(false)
            : null;
        await (subnet is null ? writer.NotFoundAsync(http, "There is no such subnet.") : answer(http, subnet)).ConfigureAwait(false);
    }

    private async Task MetagraphAsync(HttpContext http, SubnetView subnet)
    {
        MetagraphModel? model = await MetagraphModel.ReadAsync(ledger, epochs, subnet.Netuid, MetagraphQuery.Read(http.Request.Query), http.RequestAborted).ConfigureAwait(false);
        await writer.SendAsync<MetagraphPage, MetagraphModel>(http, model!).ConfigureAwait(false);
    }

    private async Task CsvAsync(HttpContext http, SubnetView subnet)
    {
        MetagraphModel? model = await MetagraphModel.ReadAsync(ledger, epochs, subnet.Netuid, MetagraphQuery.Read(http.Request.Query), http.RequestAborted).ConfigureAwait(false);
        http.Response.ContentType = "text/csv; charset=utf-8";
        await http.Response.WriteAsync(MetagraphTable.Csv(model!), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<ExplainedEpoch?> EpochAsync(HttpContext http, ushort netuid)
    {
        ulong? index = TryNumber(http.Request.Query["epoch"].ToString(), out ulong asked) ? asked : await epochs.NewestAsync(netuid, http.RequestAborted).ConfigureAwait(false);
        return index is { } number ? await epochs.FindAsync(netuid, number, http.RequestAborted).ConfigureAwait(false) : null;
    }

    private async Task NeuronAsync(HttpContext http, SubnetView subnet)
    {
        ExplainedEpoch? epoch = await EpochAsync(http, subnet.Netuid).ConfigureAwait(false);
        await (epoch is null || !TryNumber(http.Request.RouteValues["uid"], out ulong uid) || uid >= (ulong)epoch.Record.Neurons.Length
            ? writer.NotFoundAsync(http, "No epoch that is kept had a neuron of that uid.")
            : writer.SendAsync<NeuronPage, NeuronModel>(http, new NeuronModel(subnet.Netuid, subnet.Info.Name, epoch, (int)uid))).ConfigureAwait(false);
    }

    private async Task<ConsensusModel?> MatrixAsync(HttpContext http, SubnetView subnet)
    {
        if (await EpochAsync(http, subnet.Netuid).ConfigureAwait(false) is not { } epoch)
        {
            return null;
        }

        IReadOnlyList<ulong> indexes = await ledger.GetEpochIndexesAsync(subnet.Netuid, http.RequestAborted).ConfigureAwait(false);
        return new ConsensusModel(subnet.Netuid, subnet.Info.Name, epoch, [.. indexes.TakeLast(200)], ConsensusQuery.Read(http.Request.Query));
    }

    private async Task ConsensusAsync(HttpContext http, SubnetView subnet)
    {
        ExplainedEpoch? epoch = await EpochAsync(http, subnet.Netuid).ConfigureAwait(false);
        WhatIfModel? what = null;
        if (epoch is not null)
        {
            Subnet.Core.Consensus.EpochHyperparameters own = epoch.Record.Input.Hyperparameters, changed = WhatIfQuery.Read(http.Request.Query, own);
            what = new WhatIfModel(own, changed, await epochs.CompareAsync(epoch, changed, http.RequestAborted).ConfigureAwait(false));
        }

        ConsensusPageModel model = new(subnet.Netuid, subnet.Info.Name, await MatrixAsync(http, subnet).ConfigureAwait(false), what);
        await writer.SendAsync<ConsensusPage, ConsensusPageModel>(http, model).ConfigureAwait(false);
    }

    private async Task RasterAsync(HttpContext http, SubnetView subnet)
    {
        if (await MatrixAsync(http, subnet).ConfigureAwait(false) is not { } matrix)
        {
            await writer.NotFoundAsync(http, "No such epoch is kept.").ConfigureAwait(false);
            return;
        }

        http.Response.ContentType = "image/png";
        await http.Response.Body.WriteAsync(matrix.Raster(), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task EmissionAsync(HttpContext http, SubnetView subnet)
    {
        EmissionModel? model = await EmissionModel.ReadAsync(ledger, history, subnet.Netuid, http.RequestAborted).ConfigureAwait(false);
        await writer.SendAsync<EmissionPage, EmissionModel>(http, model!).ConfigureAwait(false);
    }

    private async Task EpochEmissionAsync(HttpContext http, SubnetView subnet)
    {
        IReadOnlyList<EpochEmission> known = await history.OfAsync(subnet.Netuid, http.RequestAborted).ConfigureAwait(false);
        if (!TryNumber(http.Request.RouteValues["height"], out ulong height) || known.FirstOrDefault(e => e.Height == height) is not { } emission)
        {
            await writer.NotFoundAsync(http, "No epoch that is kept ran in that block.").ConfigureAwait(false);
            return;
        }

        IReadOnlyList<ulong> indexes = await ledger.GetEpochIndexesAsync(subnet.Netuid, http.RequestAborted).ConfigureAwait(false);
        ExplainedEpoch? epoch = null;
        foreach (ulong index in indexes.Where(i => i == emission.Index || i + 1 == emission.Index))
        {
            ExplainedEpoch? found = await epochs.FindAsync(subnet.Netuid, index, http.RequestAborted).ConfigureAwait(false);
            epoch = found?.Record.Height == height ? found : epoch;
        }

        await writer.SendAsync<EpochEmissionPage, EpochEmissionModel>(http, new EpochEmissionModel(subnet.Info.Name, emission, epoch)).ConfigureAwait(false);
    }

    private async Task MinersAsync(HttpContext http, SubnetView subnet)
    {
        MinersModel model = await MinersModel.ReadAsync(ledger, epochs, miners, cards, subnet, http.RequestAborted).ConfigureAwait(false);
        await writer.SendAsync<MinersPage, MinersModel>(http, model).ConfigureAwait(false);
    }
}
