using System.Net;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Issuer;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Network.Demo;

/// <summary>The sequencer in this process, with the token issuers beside it.</summary>
internal sealed class DemoNode : IDemoNode
{
    private const int MostPending = 4_096;
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly DemoPlace place;
    private readonly LedgerNode node;
    private readonly List<IAsyncDisposable> closing = [];

    private DemoNode(DemoPlace place, LedgerNode node, Uri address) => (this.place, this.node, Address) = (place, node, address);

    /// <inheritdoc/>
    public int? Pid => null;

    /// <inheritdoc/>
    public Uri Address { get; }

    /// <summary>Opens the ledger whose genesis file lies in the node's folder.</summary>
    public static async Task<DemoNode> OpenAsync(DemoPlace place, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(place.Home, "node");
        byte[] genesis = await File.ReadAllBytesAsync(Path.Combine(folder, "genesis.json"), cancellationToken).ConfigureAwait(false);
        LedgerNode node = await LedgerNode.OpenAsync(
            new SqliteLedgerStore(Path.Combine(folder, "ledger.db")), genesis, new LedgerKey(place.Keys.Cold(DemoKeys.Sequencer)), place.Time,
            new LedgerNodeOptions { LogFolder = Path.Combine(folder, "log") }).ConfigureAwait(false);
        try
        {
            return new DemoNode(place, node, await node.ServeAsync(new GrpcServerHostOptions(AnyPort), place.Loggers, null, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountId>> PendingAsync(CancellationToken cancellationToken) => node.Host.UseAsync<IReadOnlyList<AccountId>>(
        static (_, store) => [.. store.ReadPending(MostPending).Select(pending => Transaction.Decode(pending.Transaction).Signer)], cancellationToken);

    /// <inheritdoc/>
    public async Task<ulong> MakeBlockAsync(CancellationToken cancellationToken)
    {
        await node.MakeBlockAsync(cancellationToken).ConfigureAwait(false);
        return node.Host.Height;
    }

    /// <inheritdoc/>
    public async Task<Uri> StartIssuerAsync(ushort netuid, CancellationToken cancellationToken)
    {
        IRandomSource random = place.RandomOf($"issuer/{netuid}").Create();
        TokenIssuerService issuer = await TokenIssuerService.StartAsync(
            new IssuerSettings(netuid, Path.Combine(place.Home, "issuer", $"{netuid}")),
            place.Keys.Cold(DemoKeys.Owner), node.Client, place.Time, random, place.Loggers, cancellationToken).ConfigureAwait(false);
        closing.Add(issuer);
        GrpcServices services = new();
        issuer.AddTo(services);
        GrpcServerHost host = await GrpcServerHost.StartAsync(new GrpcServerHostOptions(AnyPort), services, place.Loggers, place.Time, cancellationToken).ConfigureAwait(false);
        closing.Add(host);
        return host.Address;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (int i = closing.Count - 1; i >= 0; i--)
        {
            await closing[i].DisposeAsync().ConfigureAwait(false);
        }

        await node.StopAsync().ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
    }
}
