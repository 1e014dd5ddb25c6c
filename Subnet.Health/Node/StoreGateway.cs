using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Hands transactions to the node of another process through the store that both have open, and looks there for what became of them.</summary>
/// <param name="store">The node's store.</param>
/// <param name="height">A height below which the transaction cannot be.</param>
/// <param name="time">The clock of the waiting.</param>
/// <param name="patience">How long to wait for the block.</param>
internal sealed class StoreGateway(ILedgerStore store, ulong height, TimeProvider time, TimeSpan patience) : ITransactionGateway
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public async Task<CallOutcome> SubmitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        store.AddPending(transaction.Id, transaction.Bytes.ToArray());
        long started = time.GetTimestamp();
        ulong seen = height;
        while (time.GetElapsedTime(started) < patience)
        {
            // The refusal is read first: a transaction leaves the queue only after its block is stored.
            RejectionReason? refusal = store.ReadRefusal(transaction.Id);
            ulong newest = store.Height;
            if (Find(store, transaction.Id, seen + 1, newest) is { } outcome)
            {
                return outcome;
            }

            if (refusal is { } reason)
            {
                return new CallOutcome(transaction.Id, reason, 0, null);
            }

            seen = newest;
            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }

        throw new LedgerUnreachableException(
            $"the transaction {transaction.Id} was handed over but is in no block after {patience.TotalSeconds:0} s: no node makes blocks on {store.Description}");
    }

    /// <summary>What blocks of a range made of a transaction, or null.</summary>
    public static CallOutcome? Find(ILedgerStore store, Hash256 id, ulong first, ulong last)
    {
        for (ulong at = first; at <= last; at++)
        {
            if (Receipt.DecodeAll(store.ReadBlock(at)!.Receipts.Span).FirstOrDefault(r => r.Transaction == id) is { } receipt)
            {
                return new CallOutcome(id, receipt.Reason, at, receipt);
            }
        }

        return null;
    }
}
