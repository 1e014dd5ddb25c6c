using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// Reads stored blocks ahead of their execution: while one batch is executed, the next is read, decoded, and its signatures checked on the
/// other cores. Nothing else may use the store meanwhile.
/// </summary>
internal sealed class StoredBlockReader(ILedgerStore store, ISignatureVerifier verifier, Hash256 genesisHash)
{
    private const int BatchSize = 128;

    /// <summary>The blocks of a range in order, each with the root of its stored receipts.</summary>
    /// <exception cref="LedgerCorruptException">A block is missing or is not what was written.</exception>
    public IEnumerable<(Block Block, Hash256 Receipts)> Read(ulong first, ulong last)
    {
        Task<List<(Block, Hash256)>> next = Start(first, last);
        for (ulong start = first; start <= last; start += BatchSize)
        {
            List<(Block, Hash256)> batch = next.GetAwaiter().GetResult();
            next = Start(start + BatchSize, last);
            foreach ((Block, Hash256) item in batch)
            {
                yield return item;
            }
        }
    }

    private Task<List<(Block, Hash256)>> Start(ulong first, ulong last) => Task.Run(() =>
    {
        List<(Block Block, Hash256 Receipts)> batch = new(BatchSize);
        for (ulong height = first; height <= last && height < first + BatchSize; height++)
        {
            batch.Add(ReadOne(height, last));
        }

        SignatureChecks.CheckAll([.. batch.SelectMany(static b => b.Block.Transactions)], verifier, genesisHash);
        return batch;
    });

    private (Block Block, Hash256 Receipts) ReadOne(ulong height, ulong last)
    {
        StoredBlock stored = store.ReadBlock(height) ?? throw new LedgerCorruptException(
            $"{store.Description} lacks block {height} of {last}; restore it from a backup or follow the network anew");
        try
        {
            return (Block.Decode(stored.Block.Span), Receipt.RootOf(Receipt.DecodeAll(stored.Receipts.Span)));
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException(
                $"{store.Description} is damaged at block {height}: {e.Message}; restore it from a backup or follow the network anew", e);
        }
    }
}
