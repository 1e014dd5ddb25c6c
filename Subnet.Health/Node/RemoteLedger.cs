using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// The ledger of a node elsewhere, for a role that runs for long: a replica that executes every new block, and the node to hand transactions
/// to. If the node goes away it is asked again until it is back; if it sends a block that does not follow, nothing more is read.
/// </summary>
internal sealed class RemoteLedger : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly NodeConnection _node;
    private readonly LedgerHost _host;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    private RemoteLedger(NodeConnection node, LedgerHost host, TimeProvider time)
    {
        (_node, _host, _time) = (node, host, time);
        Client = new LedgerClient(host, new NodeGateway(node, ReadExecutedAsync, Patience, time), new NodeArchive(node, host.Identity));
        _following = Task.Run(FollowAsync);
    }

    /// <summary>The ledger for everybody in this process.</summary>
    public ILedgerClient Client { get; }

    /// <summary>Ends when the replica does; faulted with <see cref="BlockRefusedException"/> if the node sent a block that does not follow.</summary>
    public Task Completion => _following;

    /// <summary>Connects, and returns when the replica is at the node's newest block.</summary>
    /// <param name="node">Becomes the ledger's.</param>
    /// <param name="expected">The genesis hash that it must have, or null.</param>
    /// <param name="time">The clock of waits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="LedgerReplica.OpenAsync" path="/exception"/>
    public static async Task<RemoteLedger> ConnectAsync(NodeConnection node, Hash256? expected, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            (LedgerEngine engine, ILedgerStore store) = await LedgerReplica.OpenAsync(node, expected, cancellationToken).ConfigureAwait(false);
            return new RemoteLedger(node, new LedgerHost(engine, store), time);
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Stops following and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _host.Dispose();
        _node.Dispose();
        _stop.Dispose();
    }

    private async Task<LedgerBlock?> ReadExecutedAsync(ulong height, CancellationToken cancellationToken)
    {
        await _host.WaitForHeightAsync(height, cancellationToken).ConfigureAwait(false);
        return await Client.GetBlockAsync(height, cancellationToken).ConfigureAwait(false);
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LedgerReplica.FollowAsync(
                    _node,
                    _host.Height + 1,
                    follow: true,
                    blocks => _host.UseAsync((engine, _) => engine.Accept(blocks), _stop.Token),
                    _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnreachableException)
            {
                // The node restarts, or the network is down: what is known stays readable, and what is new comes later.
            }
            catch (Exception e) when (e is BlockRefusedException or LedgerFormatException)
            {
                _host.Fail(new LedgerCorruptException($"{_node.Description} sent a block that is not accepted: {e.Message}", e));
                throw;
            }

            await Task.Delay(Retry, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
