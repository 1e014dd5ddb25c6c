using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Hands a transaction to the node behind a store and waits for what becomes of it.</summary>
internal sealed class TransactionClient(ILedgerStore store, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the transaction is in a block or refused.</summary>
    /// <returns>Height and receipt, or the reason why it is in no block.</returns>
    /// <exception cref="TimeoutException">Nothing happened in time: no node makes blocks on this store.</exception>
    public async Task<(ulong Height, Receipt? Receipt, RejectionReason Refusal)> SubmitAsync(
        Transaction transaction, ulong knownHeight, TimeSpan patience, CancellationToken stop)
    {
        store.AddPending(transaction.Id, transaction.Bytes.ToArray());
        long started = time.GetTimestamp();
        ulong seen = knownHeight;
        while (time.GetElapsedTime(started) < patience)
        {
            RejectionReason? refusal = store.ReadRefusal(transaction.Id);
            for (ulong newest = store.Height; seen < newest; seen++)
            {
                StoredBlock stored = store.ReadBlock(seen + 1)!;
                if (Receipt.DecodeAll(stored.Receipts.Span).FirstOrDefault(r => r.Transaction == transaction.Id) is { } receipt)
                {
                    return (seen + 1, receipt, RejectionReason.None);
                }
            }

            if (refusal is { } reason)
            {
                return (seen, null, reason);
            }

            await Task.Delay(PollInterval, time, stop).ConfigureAwait(false);
        }

        throw new TimeoutException($"the transaction {transaction.Id} was handed over but is in no block yet");
    }
}
