using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>A produced block and what became of each candidate.</summary>
/// <param name="Block">The block, stored.</param>
/// <param name="Receipts">What came of the block step (first) and of each transaction in it.</param>
/// <param name="Reasons">For each candidate: none, why its call was refused, or why it was left out.</param>
/// <param name="Included">For each candidate: whether it is in the block.</param>
public sealed record BlockOutcome(
    Block Block, IReadOnlyList<Receipt> Receipts, IReadOnlyList<RejectionReason> Reasons, IReadOnlyList<bool> Included);
