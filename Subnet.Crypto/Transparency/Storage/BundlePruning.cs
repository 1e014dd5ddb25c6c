using System.Buffers.Binary;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// Removes entry bundles at the end of their retention, from the beginning of the log on. <c>state/pruned</c> holds two numbers, the first
/// entry that is kept and the first whose bundle is removed for certain not yet: what was decided is durable before anything is removed, and
/// after a crash the rest is removed at the next start.
/// </summary>
internal sealed class BundlePruning
{
    private const string StatePath = "state/pruned";
    private const int StateBytes = 20;

    private readonly ILogFiles files;
    private readonly DurableFiles durable;
    private long removed;

    /// <summary>Reads what was decided.</summary>
    /// <exception cref="LogStoreException">The record is damaged.</exception>
    public BundlePruning(ILogFiles files, DurableFiles durable)
    {
        this.files = files;
        this.durable = durable;
        if (files.Read(StatePath) is not { } state)
        {
            return;
        }

        if (state.Length != StateBytes || Crc32C.Compute(state.AsSpan(0, 16)) != BinaryPrimitives.ReadUInt32BigEndian(state.AsSpan(16)))
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "state/pruned is damaged; restore it");
        }

        FirstEntry = BinaryPrimitives.ReadInt64BigEndian(state);
        removed = BinaryPrimitives.ReadInt64BigEndian(state.AsSpan(8));
    }

    /// <summary>The first entry that is kept.</summary>
    public long FirstEntry { get; private set; }

    /// <summary>Keeps the entries from a place on; the bundle that it is in stays whole.</summary>
    public void RemoveBelow(long firstEntry)
    {
        long first = firstEntry - (firstEntry % TileId.FullWidth);
        if (first <= FirstEntry)
        {
            return;
        }

        Record(first, removed);
        FirstEntry = first;
        Resume();
    }

    /// <summary>Removes what was decided and is still there.</summary>
    public void Resume()
    {
        if (removed == FirstEntry)
        {
            return;
        }

        // From the beginning on, so that what is left is always the end of the log.
        HashSet<string> folders = [];
        for (long n = removed / TileId.FullWidth; n < FirstEntry / TileId.FullWidth; n++)
        {
            string path = new TileId(TileId.EntriesLevel, n, TileId.FullWidth).Path;
            files.Delete(path);
            folders.Add(DurableFiles.FolderOf(path));
        }

        // The removal is durable before it is recorded, or what was removed could come back and nobody would look.
        foreach (string folder in folders)
        {
            files.SyncFolder(folder);
        }

        Record(FirstEntry, FirstEntry);
        removed = FirstEntry;
    }

    private void Record(long first, long done)
    {
        byte[] state = new byte[StateBytes];
        BinaryPrimitives.WriteInt64BigEndian(state, first);
        BinaryPrimitives.WriteInt64BigEndian(state.AsSpan(8), done);
        BinaryPrimitives.WriteUInt32BigEndian(state.AsSpan(16), Crc32C.Compute(state.AsSpan(0, 16)));
        durable.Replace(StatePath, state);
    }
}
