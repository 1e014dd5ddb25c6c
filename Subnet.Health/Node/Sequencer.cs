using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// Makes blocks: takes what was handed over through the store, one block each block time. A transaction that waits for an earlier one, or found
/// the block full, stays; one that can never be included leaves its reason.
/// </summary>
internal sealed class Sequencer(LedgerEngine engine, ILedgerStore store, ILedgerSigner signer, TimeProvider time)
{
    private const int MaxCandidates = 20_000;

    /// <summary>Makes one block.</summary>
    public BlockOutcome MakeBlock()
    {
        List<Transaction> candidates = [];
        List<(Hash256, RejectionReason)> resolved = [];
        foreach ((Hash256 id, byte[] bytes) in store.ReadPending(MaxCandidates))
        {
            if (TryDecode(bytes) is { } transaction && transaction.Id == id)
            {
                candidates.Add(transaction);
            }
            else
            {
                resolved.Add((id, RejectionReason.BadSignature));
            }
        }

        Lazy<HashSet<Hash256>> before = new(() => IdsOf(engine.Height - 1));
        BlockOutcome outcome = engine.Produce(signer, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), candidates);
        for (int i = 0; i < candidates.Count; i++)
        {
            if (outcome.Included[i])
            {
                resolved.Add((candidates[i].Id, RejectionReason.None));
            }
            else if (outcome.Reasons[i] is not (RejectionReason.NonceTooHigh or RejectionReason.BlockFull))
            {
                // Where the disk was full between a block and what is said of it, its transactions came once more.
                bool isIn = outcome.Reasons[i] == RejectionReason.NonceUsed && before.Value.Contains(candidates[i].Id);
                resolved.Add((candidates[i].Id, isIn ? RejectionReason.None : outcome.Reasons[i]));
            }
        }

        if (resolved.Count > 0)
        {
            store.ResolvePending(resolved);
        }

        return outcome;
    }

    private HashSet<Hash256> IdsOf(ulong height) => height == 0 ? [] : [.. engine.ReadBlock(height)!.Value.Block.Transactions.Select(static transaction => transaction.Id)];

    private static Transaction? TryDecode(byte[] bytes)
    {
        try
        {
            return Transaction.Decode(bytes);
        }
        catch (LedgerFormatException)
        {
            return null;
        }
    }
}
