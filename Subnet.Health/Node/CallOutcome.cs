using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>What became of a call.</summary>
/// <param name="Transaction">Id of the transaction that carried it.</param>
/// <param name="Reason">None where it was done, else why not.</param>
/// <param name="Height">Block it is in; 0 where it is in none.</param>
/// <param name="Receipt">Fee and events; null where it is in no block.</param>
internal sealed record CallOutcome(Hash256 Transaction, RejectionReason Reason, ulong Height, Receipt? Receipt)
{
    /// <summary>Whether the call was done. A call that is in a block may still have been refused.</summary>
    public bool IsAccepted => Reason == RejectionReason.None;

    /// <summary>The outcome where only an accepted call lets the caller go on.</summary>
    /// <exception cref="LedgerRefusedException">It was refused.</exception>
    public CallOutcome Demand() => IsAccepted ? this : throw new LedgerRefusedException(Reason);
}

/// <summary>The ledger refused a call that its caller cannot go on without.</summary>
internal sealed class LedgerRefusedException(RejectionReason reason)
    : Exception($"the ledger refuses ({reason.Describe().Code}): {reason.Describe().Sentence}")
{
    /// <summary>Why.</summary>
    public RejectionReason Reason { get; } = reason;
}

/// <summary>No node answers, or none makes blocks. What was handed over may still be done later, until it expires.</summary>
internal sealed class LedgerUnreachableException : Exception
{
    public LedgerUnreachableException(string message)
        : base(message)
    {
    }

    public LedgerUnreachableException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
