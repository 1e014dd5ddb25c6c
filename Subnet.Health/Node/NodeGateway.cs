using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Hands transactions to a node, and believes what became of them only once it has the block.</summary>
/// <param name="node">The node.</param>
/// <param name="readBlock">Reads a block that was checked here.</param>
/// <param name="patience">How long to wait.</param>
/// <param name="time">The clock of the waiting.</param>
internal sealed class NodeGateway(
    NodeConnection node, Func<ulong, CancellationToken, Task<LedgerBlock?>> readBlock, TimeSpan patience, TimeProvider time) : ITransactionGateway
{
    /// <inheritdoc/>
    public async Task<CallOutcome> SubmitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            (ulong height, RejectionReason reason) = await node.SubmitAsync(transaction, either.Token).ConfigureAwait(false);
            if (height == 0)
            {
                return new CallOutcome(transaction.Id, reason, 0, null);
            }

            LedgerBlock? block = await readBlock(height, either.Token).ConfigureAwait(false);
            return block?.Receipts.FirstOrDefault(r => r.Transaction == transaction.Id) is { } receipt
                ? new CallOutcome(transaction.Id, receipt.Reason, height, receipt)
                : throw new LedgerUnreachableException($"{node.Description} says that block {height} holds the transaction {transaction.Id}, and it does not");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LedgerUnreachableException($"{node.Description} made no block with the transaction {transaction.Id} in {patience.TotalSeconds:0} s", e);
        }
    }
}
