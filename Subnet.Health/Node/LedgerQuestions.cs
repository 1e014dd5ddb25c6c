using Subnet.Core.State;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.LedgerV1;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Node;

/// <summary>The questions of <c>subnet.v1.Ledger</c>: what <see cref="LedgerQueries"/> answers, as messages.</summary>
internal sealed class LedgerQuestions(ILedgerClient ledger)
{
    /// <summary>Adds the methods to a server.</summary>
    public void AddTo(GrpcServices services) => services
        .Unary(LedgerMethods.GetAccount, AccountAsync)
        .Unary(LedgerMethods.GetSubnets, SubnetsAsync)
        .Unary(LedgerMethods.GetMetagraph, MetagraphAsync)
        .Unary(LedgerMethods.GetModels, ModelsAsync)
        .Unary(LedgerMethods.GetIssuerKeys, IssuerKeysAsync)
        .Unary(LedgerMethods.GetAnchors, AnchorsAsync);

    private async Task<GetAccountReply> AccountAsync(GetAccountRequest request, GrpcServerCall call)
    {
        Account account = await ledger.GetAccountAsync(LedgerMessages.Account(request.Account), call.CancellationToken).ConfigureAwait(false);
        return new GetAccountReply { BalanceRao = account.Balance, Nonce = account.Nonce };
    }

    private async Task<GetSubnetsReply> SubnetsAsync(GetSubnetsRequest request, GrpcServerCall call)
    {
        GetSubnetsReply reply = new();
        reply.Subnets.AddRange((await ledger.GetSubnetsAsync(call.CancellationToken).ConfigureAwait(false)).Select(LedgerMessages.Of));
        return reply;
    }

    private async Task<GetMetagraphReply> MetagraphAsync(GetMetagraphRequest request, GrpcServerCall call)
    {
        Metagraph metagraph = await ledger.GetMetagraphAsync(LedgerMessages.Netuid(request.Netuid), call.CancellationToken).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.NotFound, "There is no such subnet.");
        GetMetagraphReply reply = new() { Height = metagraph.Height, Subnet = LedgerMessages.Of(metagraph.Subnet) };
        reply.Neurons.AddRange(metagraph.Neurons.Select(LedgerMessages.Of));
        return reply;
    }

    private async Task<GetModelsReply> ModelsAsync(GetModelsRequest request, GrpcServerCall call)
    {
        GetModelsReply reply = new();
        reply.Models.AddRange((await ledger.GetModelsAsync(LedgerMessages.Netuid(request.Netuid), request.WithRetired, call.CancellationToken).ConfigureAwait(false))
            .Select(LedgerMessages.Of));
        return reply;
    }

    private async Task<GetIssuerKeysReply> IssuerKeysAsync(GetIssuerKeysRequest request, GrpcServerCall call)
    {
        GetIssuerKeysReply reply = new() { CurrentEpoch = await ledger.GetAccessEpochAsync(call.CancellationToken).ConfigureAwait(false) };
        reply.Keys.AddRange((await ledger.GetIssuerKeysAsync(
                LedgerMessages.Netuid(request.Netuid), request.HasEpoch ? request.Epoch : null, call.CancellationToken).ConfigureAwait(false))
            .Select(LedgerMessages.Of));
        return reply;
    }

    private async Task<GetAnchorsReply> AnchorsAsync(GetAnchorsRequest request, GrpcServerCall call)
    {
        GetAnchorsReply reply = new();
        reply.Anchors.AddRange((await ledger.GetAnchorsAsync(call.CancellationToken).ConfigureAwait(false)).Select(LedgerMessages.Of));
        return reply;
    }
}
