using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// A ledger in memory that was made from a source's blocks by executing them here: from its newest snapshot, which the sequencer's signed header
/// proves, or from genesis. The source can withhold blocks, but not change a unit of what they did.
/// </summary>
internal static class LedgerReplica
{
    private const int BatchSize = 256;

    /// <summary>Opens a replica and brings it up to the source's newest block.</summary>
    /// <param name="source">Where the blocks come from.</param>
    /// <param name="expected">The genesis hash that it must have; null to take the source's word for which ledger this is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LedgerUnreachableException">The source does not answer.</exception>
    /// <exception cref="LedgerCorruptException">It is another ledger than expected, or what the source sent is not a ledger.</exception>
    /// <exception cref="BlockRefusedException">A block does not follow from those before it.</exception>
    public static async Task<(LedgerEngine Engine, ILedgerStore Store)> OpenAsync(
        IBlockSource source, Hash256? expected, CancellationToken cancellationToken)
    {
        byte[] genesis = await source.ReadGenesisAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new LedgerUnreachableException($"{source.Description} holds no ledger yet");
        Demand(source, genesis, expected);
        StoredSnapshot? snapshot = await source.ReadSnapshotAsync(cancellationToken).ConfigureAwait(false);
        StoredBlock? anchor = snapshot is null ? null : await FirstAsync(source, snapshot.Height, cancellationToken).ConfigureAwait(false);
        ReplicaStore store = new(genesis, anchor is null ? null : snapshot, anchor, source.Description);
        LedgerEngine engine = LedgerEngine.Open(store, null, NodeServices.Create(), new LedgerOptions(0, false, EpochsKept: 0));
        try
        {
            await FollowAsync(
                source,
                engine.Height + 1,
                follow: false,
                blocks =>
                {
                    engine.Accept(blocks);
                    return Task.CompletedTask;
                },
                cancellationToken).ConfigureAwait(false);
            return (engine, store);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Hands a source's blocks over in batches: as many as have arrived, at most 256.</summary>
    /// <exception cref="LedgerFormatException">The source sent something that is not a block.</exception>
    public static async Task FollowAsync(
        IBlockSource source, ulong from, bool follow, Func<IReadOnlyList<Block>, Task> accept, CancellationToken cancellationToken)
    {
        List<Block> batch = [];
        IAsyncEnumerator<StoredBlock> blocks = source.ReadBlocksAsync(from, follow, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (blocks.ConfigureAwait(false))
        {
            while (true)
            {
                ValueTask<bool> next = blocks.MoveNextAsync();
                if (batch.Count > 0 && (batch.Count == BatchSize || !next.IsCompleted))
                {
                    await accept(batch).ConfigureAwait(false);
                    batch = [];
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                batch.Add(Block.Decode(blocks.Current.Block.Span));
            }
        }

        if (batch.Count > 0)
        {
            await accept(batch).ConfigureAwait(false);
        }
    }

    /// <summary>One block of a source, checked: the sequencer signed it, and the receipts are those of its header.</summary>
    /// <exception cref="LedgerCorruptException">It is not.</exception>
    public static async Task<LedgerBlock?> ReadBlockAsync(
        IBlockSource source, LedgerIdentity identity, ulong height, CancellationToken cancellationToken)
    {
        if (await FirstAsync(source, height, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return null;
        }

        try
        {
            LedgerBlock block = LedgerBlock.Of(stored);
            return block.Height == height
                && block.HasItsReceipts
                && block.Block.HasValidSignature(new Ed25519SignatureVerifier(), identity.Sequencer, identity.GenesisHash)
                    ? block
                    : throw new LedgerFormatException($"block {height} is not the sequencer's");
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{source.Description} sends a wrong block {height}: {e.Message}", e);
        }
    }

    private static async Task<StoredBlock?> FirstAsync(IBlockSource source, ulong height, CancellationToken cancellationToken)
    {
        await foreach (StoredBlock block in source.ReadBlocksAsync(height, follow: false, cancellationToken).ConfigureAwait(false))
        {
            return block;
        }

        return null;
    }

    private static void Demand(IBlockSource source, byte[] genesis, Hash256? expected)
    {
        Genesis content;
        try
        {
            content = GenesisFile.Parse(genesis);
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{source.Description} sends a genesis file that is none: {e.Message}", e);
        }

        if (expected is { } hash && content.Hash != hash)
        {
            throw new LedgerCorruptException($"{source.Description} is the ledger `{content.Network}` with the genesis {content.Hash}, not {hash} as expected");
        }
    }
}
