using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// Where a ledger is kept. A store keeps bytes and their digests and knows nothing of rules; it answers with
/// <see cref="LedgerStoreException"/> where it cannot read or write, and <see cref="LedgerCorruptException"/> where bytes are not those it
/// was given. Not safe for concurrent use, but several processes may open the same store.
/// </summary>
public interface ILedgerStore : IDisposable
{
    /// <summary>Where it is, for messages; never a password.</summary>
    string Description { get; }

    /// <summary>Height of the newest block, by whichever process; 0 for none.</summary>
    ulong Height { get; }

    /// <summary>The genesis file's content, or null for an empty store.</summary>
    byte[]? ReadGenesis();

    /// <summary>Puts the genesis file into an empty store.</summary>
    void WriteGenesis(ReadOnlyMemory<byte> genesis);

    /// <summary>Appends blocks, all or none; they are durable when this returns.</summary>
    /// <exception cref="LedgerStoreException">Also where another process appended first.</exception>
    void Append(IReadOnlyList<StoredBlock> blocks);

    /// <summary>A block, or null above <see cref="Height"/>.</summary>
    StoredBlock? ReadBlock(ulong height);

    /// <summary>The record of an epoch that was appended with its block, or null where it is not kept.</summary>
    byte[]? ReadEpoch(ushort netuid, ulong index);

    /// <summary>Numbers of the epochs of a subnet whose records are kept, ascending.</summary>
    IReadOnlyList<ulong> ReadEpochIndexes(ushort netuid);

    /// <summary>Keeps a snapshot and forgets all but the newest two.</summary>
    void WriteSnapshot(StoredSnapshot snapshot);

    /// <summary>The newest snapshot, or null.</summary>
    StoredSnapshot? ReadSnapshot();

    /// <summary>Hands a transaction to whichever process makes blocks on this store.</summary>
    void AddPending(Hash256 id, ReadOnlyMemory<byte> transaction);

    /// <summary>The oldest transactions handed over, with their ids.</summary>
    IReadOnlyList<(Hash256 Id, byte[] Transaction)> ReadPending(int maximum);

    /// <summary>Forgets handed over transactions; those refused leave their reason behind.</summary>
    void ResolvePending(IReadOnlyList<(Hash256 Id, RejectionReason Reason)> resolved);

    /// <summary>Why a handed over transaction was refused, or null.</summary>
    RejectionReason? ReadRefusal(Hash256 id);
}

/// <summary>A block as a store keeps it.</summary>
/// <param name="Height">Its number.</param>
/// <param name="Block">Its encoding.</param>
/// <param name="Receipts">The encoding of what came of it.</param>
public sealed record StoredBlock(ulong Height, ReadOnlyMemory<byte> Block, ReadOnlyMemory<byte> Receipts)
{
    /// <summary>Records of the epochs that ran in it.</summary>
    public IReadOnlyList<StoredEpoch> Epochs { get; init; } = [];
}

/// <summary>An epoch record to be kept; those of its subnet with greater numbers, of a retired subnet with its number, are forgotten.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Index">Number of the epoch.</param>
/// <param name="KeepFrom">Records of the subnet with smaller numbers are forgotten when this one is appended.</param>
/// <param name="Record">The encoding of an <see cref="EpochRecord"/>.</param>
public sealed record StoredEpoch(ushort Netuid, ulong Index, ulong KeepFrom, ReadOnlyMemory<byte> Record);

/// <summary>The state after a block, compressed.</summary>
/// <param name="Height">The block.</param>
/// <param name="Data">See <see cref="StateSnapshot"/>.</param>
public sealed record StoredSnapshot(ulong Height, ReadOnlyMemory<byte> Data)
{
    /// <summary>Largest snapshot accepted, in bytes.</summary>
    public const int MaxSize = 1 << 30;
}
