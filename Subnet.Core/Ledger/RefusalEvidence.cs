using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// Why a follower refused a block. With the signed header it proves to anyone who re-executes the same block that the sequencer signed
/// something that does not follow.
/// </summary>
/// <param name="Height">The block.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="SignedHeader">Header and signature as received.</param>
/// <param name="Previous">Id of the block before, as the follower has it.</param>
/// <param name="PreviousState">State hash before the block.</param>
/// <param name="ClaimedState">State hash in the header.</param>
/// <param name="ComputedState">State hash the follower computed; zero where it did not come so far.</param>
/// <param name="ClaimedReceipts">Receipts hash in the header.</param>
/// <param name="ComputedReceipts">Receipts hash the follower computed; zero where it did not come so far.</param>
/// <param name="Changes">Records as the follower changed them, at most a thousand lines.</param>
public sealed record RefusalEvidence(
    ulong Height,
    string Reason,
    ReadOnlyMemory<byte> SignedHeader,
    Hash256 Previous,
    Hash256 PreviousState,
    Hash256 ClaimedState,
    Hash256 ComputedState,
    Hash256 ClaimedReceipts,
    Hash256 ComputedReceipts,
    IReadOnlyList<string> Changes);
