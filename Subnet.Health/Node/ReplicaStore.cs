using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// The store of a replica: where it began, and the newest blocks. It lives as long as its process; what is older is asked of the node again.
/// </summary>
internal sealed class ReplicaStore(byte[] genesis, StoredSnapshot? snapshot, StoredBlock? snapshotBlock, string description) : ILedgerStore
{
    private const int BlocksKept = 512;

    private readonly Queue<StoredBlock> _blocks = new(snapshotBlock is null ? [] : [snapshotBlock]);

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public ulong Height { get; private set; } = snapshotBlock?.Height ?? 0;

    /// <inheritdoc/>
    public byte[]? ReadGenesis() => genesis;

    /// <inheritdoc/>
    public void WriteGenesis(ReadOnlyMemory<byte> genesis) => throw NotWritable();

    /// <inheritdoc/>
    public void Append(IReadOnlyList<StoredBlock> blocks)
    {
        foreach (StoredBlock block in blocks)
        {
            _blocks.Enqueue(block);
            Height = block.Height;
            if (_blocks.Count > BlocksKept)
            {
                _blocks.Dequeue();
            }
        }
    }

    /// <inheritdoc/>
    public StoredBlock? ReadBlock(ulong height) =>
        _blocks.TryPeek(out StoredBlock? oldest) && height >= oldest.Height && height <= Height ? _blocks.FirstOrDefault(b => b.Height == height) : null;

    /// <inheritdoc/>
    public byte[]? ReadEpoch(ushort netuid, ulong index) => null;

    /// <inheritdoc/>
    public IReadOnlyList<ulong> ReadEpochIndexes(ushort netuid) => [];

    /// <inheritdoc/>
    public void WriteSnapshot(StoredSnapshot snapshot)
    {
    }

    /// <inheritdoc/>
    public StoredSnapshot? ReadSnapshot() => snapshot;

    /// <inheritdoc/>
    public void AddPending(Hash256 id, ReadOnlyMemory<byte> transaction) => throw NotWritable();

    /// <inheritdoc/>
    public IReadOnlyList<(Hash256 Id, byte[] Transaction)> ReadPending(int maximum) => [];

    /// <inheritdoc/>
    public void ResolvePending(IReadOnlyList<(Hash256 Id, RejectionReason Reason)> resolved)
    {
    }

    /// <inheritdoc/>
    public RejectionReason? ReadRefusal(Hash256 id) => null;

    public void Dispose()
    {
    }

    private static LedgerStoreException NotWritable() => new("a replica follows a node; transactions are handed to the node");
}
