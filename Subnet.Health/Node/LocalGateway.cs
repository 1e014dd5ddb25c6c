using Subnet.Core.Ledger;
using Subnet.Core.State;

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
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token, host.Closed);
        try
        {
            while (true)
            {
                ulong newest = await host.WaitForHeightAsync(seen + 1, either.Token).ConfigureAwait(false);
                ulong first = seen + 1;
                if (await host.UseAsync((_, store) => Find(store, transaction.Id, first, newest), either.Token).ConfigureAwait(false) is { } outcome)
                {
                    return outcome;
                }

                seen = newest;
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LedgerUnreachableException(
                host.Closed.IsCancellationRequested
                    ? $"the ledger was closed before the transaction {transaction.Id} was in a block"
                    : $"the transaction {transaction.Id} was handed over but is in no block after {patience.TotalSeconds:0} s: no node makes blocks on this ledger",
                e);
        }
    }

    private static CallOutcome? Find(ILedgerStore store, Hash256 id, ulong first, ulong last)
    {
        for (ulong height = first; height <= last; height++)
        {
            if (Receipt.DecodeAll(store.ReadBlock(height)!.Receipts.Span).FirstOrDefault(r => r.Transaction == id) is { } receipt)
            {
                return new CallOutcome(id, receipt.Reason, height, receipt);
            }
        }

        return store.ReadRefusal(id) is { } reason ? new CallOutcome(id, reason, 0, null) : null;
    }
}
