using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// Hands transactions over through the store of a ledger in this process, where the sequencer, here or in another process, finds them. What
/// was handed over survives a restart.
/// </summary>
internal sealed class LocalGateway(LedgerHost host, TimeProvider time, TimeSpan patience) : ITransactionGateway
{
    private const int BlocksKept = 16;

    /// <summary>Receipts of the newest blocks: a block is decoded once, however many wait for it. Used under the host's lock only.</summary>
    private readonly SortedDictionary<ulong, Dictionary<Hash256, Receipt>> _recent = [];

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
                host.Ending.IsCancellationRequested
                    ? $"the ledger was closed before the transaction {transaction.Id} was in a block"
                    : $"the transaction {transaction.Id} was handed over but is in no block after {patience.TotalSeconds:0} s: no node makes blocks on this ledger",
                e);
        }
    }

    private CallOutcome? Find(ILedgerStore store, Hash256 id, ulong first, ulong last)
    {
        for (ulong height = first; height <= last; height++)
        {
            if (ReceiptsOf(store, height).TryGetValue(id, out Receipt? receipt))
            {
                return new CallOutcome(id, receipt.Reason, height, receipt);
            }
        }

        return store.ReadRefusal(id) is { } reason ? new CallOutcome(id, reason, 0, null) : null;
    }

    private Dictionary<Hash256, Receipt> ReceiptsOf(ILedgerStore store, ulong height)
    {
        if (!_recent.TryGetValue(height, out Dictionary<Hash256, Receipt>? receipts))
        {
            receipts = Receipt.DecodeAll(store.ReadBlock(height)!.Receipts.Span).Where(static r => !r.Transaction.IsZero).ToDictionary(static r => r.Transaction);
            _recent.Add(height, receipts);
            if (_recent.Count > BlocksKept)
            {
                _recent.Remove(_recent.Keys.First());
            }
        }

        return receipts;
    }
}
