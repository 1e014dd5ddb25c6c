using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>
/// Hands transactions over through the store of a ledger in this process, where the sequencer, here or in another process, finds them. What
/// was handed over survives a restart.
/// </summary>
internal sealed class LocalGateway(LedgerHost host, TimeProvider time, TimeSpan patience) : ITransactionGateway
{
    /// <inheritdoc/>
    public async Task<CallOutcome> SubmitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        ulong seen = await host.UseAsync(
            (engine, store) =>
            {
                store.AddPending(transaction.Id, transaction.Bytes.ToArray());
                return engine.Height;
            },
            cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource late = new(patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token, host.Ending);
        try
        {
            while (true)
            {
                ulong newest = await host.WaitForHeightAsync(seen + 1, either.Token).ConfigureAwait(false);
                ulong first = seen + 1;
                CallOutcome? found = await host.UseAsync(
                    (_, store) => StoreGateway.Find(store, transaction.Id, first, newest)
                        ?? (store.ReadRefusal(transaction.Id) is { } reason ? new CallOutcome(transaction.Id, reason, 0, null) : null),
                    either.Token).ConfigureAwait(false);
                if (found is { } outcome)
                {
                    return outcome;
                }

                seen = newest;
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LedgerUnreachableException(
                host.Ending.IsCancellationRequested
                    ? $"the ledger was closed before the transaction {transaction.Id} was in a block"
                    : $"the transaction {transaction.Id} was handed over but is in no block after {patience.TotalSeconds:0} s: no node makes blocks on this ledger",
                e);
        }
    }
}
