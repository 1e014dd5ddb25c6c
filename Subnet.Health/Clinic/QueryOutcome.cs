using Subnet.Health.Review.Entries;

namespace Subnet.Health.Clinic;

/// <summary>What became of a query: an answer with its receipt, the miner's signed refusal, or a fault of the miner.</summary>
/// <param name="Reply">The encrypted reply; null without one.</param>
/// <param name="Receipt">The checked receipt of the reply.</param>
/// <param name="ReceiptSignature">Its signature.</param>
/// <param name="Refusal">The checked refusal.</param>
/// <param name="Fault">Why what came counts for nothing.</param>
internal sealed record QueryOutcome(
    ReadOnlyMemory<byte>? Reply, ReceiptStatement? Receipt, ReadOnlyMemory<byte>? ReceiptSignature, RefusalStatement? Refusal, string? Fault)
{
    /// <summary>Whether there is a reply to decrypt.</summary>
    public bool IsAnswered => Reply is not null;

    /// <summary>A fault of the miner.</summary>
    public static QueryOutcome Bad(string fault) => new(null, null, null, null, fault);
}
