using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Where a ledger's replay starts: genesis or a snapshot.</summary>
internal sealed record LedgerPosition(LedgerState State, ulong Height, Hash256 BlockId, ulong TimeMs)
{
    /// <summary>The newest snapshot, proven by the signed header of its block; genesis where there is none.</summary>
    /// <exception cref="LedgerCorruptException">The snapshot is not the state its block commits to.</exception>
    public static LedgerPosition Restore(ILedgerStore store, Genesis genesis, Hash256 genesisHash, LedgerServices services, LedgerOptions options)
    {
        if (options.IgnoreSnapshots || store.ReadSnapshot() is not { } snapshot || snapshot.Height > store.Height)
        {
            return new LedgerPosition(genesis.CreateState(), 0, genesisHash, genesis.TimeMs);
        }

        try
        {
            Block block = Block.Decode(store.ReadBlock(snapshot.Height)!.Block.Span);
            if (block.Header.Height != snapshot.Height || !block.HasValidSignature(services.Signatures, genesis.Sequencer, genesisHash))
            {
                throw new LedgerFormatException($"block {snapshot.Height} is not the sequencer's");
            }

            (LedgerState state, Hash256 blockId, ulong timeMs) = StateSnapshot.Read(snapshot, genesisHash);
            if (state.Hash != block.Header.State || blockId != block.Id || timeMs != block.Header.TimeMs)
            {
                state.Dispose();
                throw new LedgerFormatException($"the snapshot at {snapshot.Height} is not the state its block commits to");
            }

            return new LedgerPosition(state, snapshot.Height, blockId, timeMs);
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException(
                $"{store.Description} is damaged: {e.Message}; start with `node run --rebuild` to execute all blocks from genesis", e);
        }
    }
}
