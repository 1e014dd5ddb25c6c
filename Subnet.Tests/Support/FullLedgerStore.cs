using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Tests.Support;

/// <summary>A ledger's store that has no room at first for each block, and has it when the block comes again.</summary>
internal sealed class FullLedgerStore(ILedgerStore inner) : ILedgerStore
{
    private ulong refused;

    /// <summary>How many blocks it refused.</summary>
    public int Refused { get; private set; }

    public string Description => inner.Description;

    public ulong Height => inner.Height;

    public byte[]? ReadGenesis() => inner.ReadGenesis();

    public void WriteGenesis(ReadOnlyMemory<byte> genesis) => inner.WriteGenesis(genesis);

    public void Append(IReadOnlyList<StoredBlock> blocks)
    {
        if (refused < blocks[0].Height)
        {
            refused = blocks[0].Height;
            Refused++;
            throw new LedgerStoreException("no space left on device") { IsFull = true };
        }

        inner.Append(blocks);
    }

    public StoredBlock? ReadBlock(ulong height) => inner.ReadBlock(height);

    public byte[]? ReadEpoch(ushort netuid, ulong index) => inner.ReadEpoch(netuid, index);

    public IReadOnlyList<ulong> ReadEpochIndexes(ushort netuid) => inner.ReadEpochIndexes(netuid);

    public void WriteSnapshot(StoredSnapshot snapshot) => throw new LedgerStoreException("no space left on device") { IsFull = true };

    public StoredSnapshot? ReadSnapshot() => inner.ReadSnapshot();

    public void AddPending(Hash256 id, ReadOnlyMemory<byte> transaction) => inner.AddPending(id, transaction);

    public IReadOnlyList<(Hash256 Id, byte[] Transaction)> ReadPending(int maximum) => inner.ReadPending(maximum);

    public void ResolvePending(IReadOnlyList<(Hash256 Id, RejectionReason Reason)> resolved) => inner.ResolvePending(resolved);

    public RejectionReason? ReadRefusal(Hash256 id) => inner.ReadRefusal(id);

    public void Dispose() => inner.Dispose();
}
