using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>A ledger to look at: that of a node which answers, else what lies in this home as it was left.</summary>
internal sealed class SeenLedger : IAsyncDisposable
{
    private readonly RemoteLedger? remote;
    private readonly LedgerAccess? local;

    private SeenLedger(RemoteLedger? remote, LedgerAccess? local) => (this.remote, this.local) = (remote, local);

    /// <summary>The ledger.</summary>
    public ILedgerClient Client => remote?.Client ?? local!.Client;

    /// <summary>Opens it.</summary>
    /// <exception cref="CommandException">There is neither.</exception>
    public static async Task<SeenLedger> OpenAsync(LedgerPlace place, CommandContext context, CancellationToken cancellationToken)
    {
        bool hasStore = File.Exists(LedgerAccess.HomeStore(context));
        try
        {
            return new SeenLedger(await place.ConnectAsync(context, cancellationToken).ConfigureAwait(false), null);
        }
        catch (CommandException unreachable) when (hasStore && unreachable.Code is { Word: "no-connection" or "ledger-unavailable" or "timeout" })
        {
            return new SeenLedger(null, await place.OpenAsync(context, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        local?.Dispose();
        return remote?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
