using Subnet.Core.State;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Node;
using Subnet.Health.Web.Api;

namespace Subnet.Health.Cli.Api;

/// <summary>The ledger's documents over HTTP: each route answers what the command of the same name prints with <c>--json</c>.</summary>
internal static class LedgerApi
{
    private static readonly ApiParameter Account = new("account", ApiParameterKind.Text, "SS58 address or 64 hexadecimal digits.", 64);
    private static readonly ApiParameter Height = new("height", ApiParameterKind.Number, "Number of the block.", long.MaxValue);
    private static readonly ApiParameter Epoch = new("epoch", ApiParameterKind.Number, "Number of the epoch.", long.MaxValue);
    private static readonly ApiParameter Proposal = new("proposal", ApiParameterKind.Number, "Number of the proposal.", long.MaxValue);

    /// <summary>All routes over a ledger.</summary>
    public static IReadOnlyList<ApiRoute> Routes(ILedgerClient ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return
        [
            Read(ledger, "/node", "The newest block and the totals.", typeof(NodeStatusDocument), [], static (view, _) => NodeStatusDocument.Of(view)),
            new ApiRoute("/blocks/{height}", "One block.", typeof(NodeBlockDocument), (request, stop) => BlockAsync(ledger, request, stop)) { Parameters = [Height] },
            Page(ledger, "/subnets", "The subnets with their prices and pools.", typeof(SubnetsListDocument), [], static (view, request) =>
            {
                SubnetsListDocument all = SubnetsListDocument.Of(view.State);
                return all with { Subnets = request.Page(all.Subnets) };
            }),
            OfSubnet(ledger, "", "One subnet: owner, pool, what waits for its epoch.", typeof(SubnetsShowDocument), static (state, netuid) => new SubnetsShowDocument(SubnetEntry.Of(state, netuid))),
            OfSubnet(ledger, "/hyperparameters", "The subnet's hyperparameters and who may set them.", typeof(SubnetsHyperparametersDocument), SubnetsHyperparametersDocument.Of),
            Page(ledger, "/subnets/{netuid}/metagraph", "Every neuron with the outcome of its last epoch.", typeof(MetagraphDocument), [ApiParameter.Netuid], static (view, request) =>
            {
                Demand(view.State, request.Netuid);
                MetagraphDocument all = MetagraphDocument.Of(view.State, view.Height, request.Netuid);
                return all with { Neurons = request.Page(all.Neurons) };
            }),
            Page(ledger, "/subnets/{netuid}/weights", "The rows of weights, and the commits that wait.", typeof(WeightsShowDocument), [ApiParameter.Netuid], static (view, request) =>
            {
                Demand(view.State, request.Netuid);
                WeightsShowDocument all = WeightsShowDocument.Of(view.State, request.Netuid);
                return all with { Rows = request.Page(all.Rows) };
            }),
            new ApiRoute(
                "/subnets/{netuid}/epochs/{epoch}/hotkeys/{account}", "Why a hotkey got what it got in an epoch that is kept.", typeof(EmissionTraceDocument), (request, stop) => ExplainAsync(ledger, request, stop))
            {
                Parameters = [ApiParameter.Netuid, Epoch, Account],
            },
            Page(ledger, "/delegates", "The hotkeys one can stake behind.", typeof(DelegateListDocument), [], static (view, request) =>
            {
                DelegateListDocument all = DelegateListDocument.Of(view.State);
                return all with { Delegates = request.Page(all.Delegates) };
            }),
            Page(ledger, "/accounts/{account}/stakes", "Where a coldkey has stake, and what it is worth.", typeof(StakeListDocument), [Account], static (view, request) =>
            {
                StakeListDocument all = StakeListDocument.Of(view, AccountOf(request));
                return all with { Stakes = request.Page(all.Stakes) };
            }),
            Page(ledger, "/proposals", "The proposals, newest first.", typeof(GovListDocument), [], static (view, request) =>
            {
                GovListDocument all = GovListDocument.Of(view.State);
                return all with { Proposals = request.Page(all.Proposals) };
            }),
            Page(ledger, "/proposals/{proposal}", "One proposal and its votes.", typeof(GovShowDocument), [Proposal], static (view, request) =>
            {
                ulong id = request.Number(Proposal.Name);
                if (!view.State.Proposals.Contains(new ProposalKey(id)))
                {
                    throw ApiException.NotFound($"There is no proposal {id}.");
                }

                GovShowDocument all = GovShowDocument.Of(view.State, id);
                return all with { Votes = request.Page(all.Votes) };
            }),
        ];
    }

    private static ApiRoute Page(
        ILedgerClient ledger, string path, string summary, Type document, IReadOnlyList<ApiParameter> parameters, Func<LedgerView, ApiRequest, object> answer) =>
        Read(ledger, path, summary, document, parameters, answer) with { IsPaged = true };

    private static ApiRoute OfSubnet(ILedgerClient ledger, string path, string summary, Type document, Func<LedgerState, ushort, object> answer) =>
        Read(ledger, "/subnets/{netuid}" + path, summary, document, [ApiParameter.Netuid], (view, request) =>
        {
            Demand(view.State, request.Netuid);
            return answer(view.State, request.Netuid);
        });

    private static ApiRoute Read(
        ILedgerClient ledger, string path, string summary, Type document, IReadOnlyList<ApiParameter> parameters, Func<LedgerView, ApiRequest, object> answer) =>
        new(path, summary, document, async (request, stop) => await ledger.ReadAsync(view => answer(view, request), stop).ConfigureAwait(false)) { Parameters = parameters };

    private static async Task<object?> BlockAsync(ILedgerClient ledger, ApiRequest request, CancellationToken stop)
    {
        ulong height = request.Number(Height.Name);
        LedgerBlock? block = height == 0 ? null : await ledger.GetBlockAsync(height, stop).ConfigureAwait(false);
        return block is null ? null : NodeBlockDocument.Of(block);
    }

    private static async Task<object?> ExplainAsync(ILedgerClient ledger, ApiRequest request, CancellationToken stop) =>
        await ledger.TraceEmissionAsync(request.Netuid, AccountOf(request), request.Number(Epoch.Name), stop).ConfigureAwait(false) is { } traced ? EmissionTraceDocument.Of(traced) : null;

    private static void Demand(LedgerState state, ushort netuid)
    {
        if (!state.Subnets.Contains(new SubnetKey(netuid)))
        {
            throw ApiException.NotFound($"There is no subnet {netuid}.");
        }
    }

    private static AccountId AccountOf(ApiRequest request)
    {
        try
        {
            return LedgerText.Account(request.Text(Account.Name));
        }
        catch (Errors.CommandException refused)
        {
            throw ApiException.BadRequest(refused.Message, refused.Fix);
        }
    }
}
