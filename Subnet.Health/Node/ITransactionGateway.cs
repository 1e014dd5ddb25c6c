using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>Where transactions are handed over.</summary>
internal interface ITransactionGateway
{
    /// <summary>Hands a transaction over and waits until it is in a block or refused.</summary>
    /// <exception cref="LedgerUnreachableException">Nobody took it, or no block came in time.</exception>
    Task<CallOutcome> SubmitAsync(Transaction transaction, CancellationToken cancellationToken);
}
