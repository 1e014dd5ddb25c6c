using System.Buffers;
using System.Buffers.Binary;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The write-ahead file of a log. Each record is be32 length, be32 CRC-32C of the bytes, the bytes. After the entries of a batch comes a
/// commit record, told apart by the top bit of its length: be64 tree size, 32 bytes root. A batch whose commit record and fsync are
/// complete is durable; what follows the last of them was never answered. After the batches the file goes on in zeros, and it is emptied by
/// writing zeros: an fsync of bytes that have their place on the disk takes half as long as one that makes the file longer, and need not wait
/// for what others change in the file system.
/// </summary>
internal sealed class WriteAheadFile(ILogFiles files, string path)
{
    private const uint CommitMark = 0x8000_0000;
    private const int CommitBytes = 8 + TreeHash.ByteCount;
    private const int HeaderBytes = 8;
    private const int LeastRoom = 64 << 10;
    private const int MostRoomKept = 4 << 20;

    private long room;

    /// <summary>Bytes of whole batches in the file.</summary>
    public long Length { get; private set; }

    /// <summary>Appends a batch and waits until it is on the disk.</summary>
    public void Commit(IReadOnlyList<ReadOnlyMemory<byte>> entries, long size, TreeHash root)
    {
        int total = entries.Sum(entry => HeaderBytes + entry.Length) + HeaderBytes + CommitBytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(total);
        Span<byte> rest = buffer;
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            rest = WriteRecord(rest, entry.Span, 0);
        }

        Span<byte> commit = stackalloc byte[CommitBytes];
        BinaryPrimitives.WriteInt64BigEndian(commit, size);
        root.CopyTo(commit[8..]);
        WriteRecord(rest, commit, CommitMark);
        MakeRoom(Length + total);
        files.WriteAt(path, Length, buffer.AsSpan(0, total));
        ArrayPool<byte>.Shared.Return(buffer);
        files.Sync(path);
        Length += total;
    }

    /// <summary>Makes the file empty; every batch in it is in the tree by now.</summary>
    public void Clear()
    {
        if (room > MostRoomKept)
        {
            files.Truncate(path, 0);
            room = 0;
        }
        else
        {
            byte[] zeros = new byte[Math.Min(Length, LeastRoom)];
            for (long at = 0; at < Length; at += zeros.Length)
            {
                files.WriteAt(path, at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, Length - at)));
            }
        }

        files.Sync(path);
        Length = 0;
    }

    /// <summary>
    /// Reads the whole batches in order, and cuts off what follows the last one. The file's name is made durable too, so that later
    /// batches need no fsync of the folder.
    /// </summary>
    /// <param name="integratedSize">Size of the tree in tiles: a crash while the file was emptied leaves some of the batches that it holds.</param>
    public IReadOnlyList<WriteAheadBatch> Recover(long integratedSize)
    {
        byte[] bytes = files.Read(path) ?? [];
        List<WriteAheadBatch> batches = [];
        List<ReadOnlyMemory<byte>> entries = [];
        int at = 0;
        int whole = 0;
        while (TryReadRecord(bytes, at, out ReadOnlyMemory<byte> record, out bool isCommit))
        {
            at += HeaderBytes + record.Length;
            if (!isCommit)
            {
                entries.Add(record);
                continue;
            }

            batches.Add(new WriteAheadBatch(entries, BinaryPrimitives.ReadInt64BigEndian(record.Span), new TreeHash(record.Span[8..])));
            entries = [];
            whole = at;
        }

        if (HoldsLaterBatch(bytes, at, integratedSize))
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "a batch in the write-ahead file is damaged and a later one is whole: that is no torn write");
        }

        if (whole < bytes.Length)
        {
            files.Truncate(path, whole);
        }

        (Length, room) = (whole, whole);
        MakeRoom(whole + LeastRoom);
        files.Sync(path);
        files.SyncFolder(DurableFiles.FolderOf(path));
        return batches;
    }

    // Twice what there is, so that the file of a busy log soon has the room that it needs between two times that it is emptied.
    private void MakeRoom(long needed)
    {
        if (needed > room)
        {
            long more = Math.Max(needed - room, Math.Clamp(room, LeastRoom, MostRoomKept));
            files.Append(path, new byte[more]);
            room += more;
        }
    }

    /// <summary>
    /// Whether a whole batch that is not in tiles follows the damaged one. A crash tears the last batch only, perhaps before its commit record; each
    /// earlier one was on the disk before the next was begun.
    /// </summary>
    private static bool HoldsLaterBatch(byte[] bytes, int at, long integratedSize)
    {
        int commits = 0;
        while (bytes.Length - at >= HeaderBytes)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) & ~CommitMark;
            if (TryReadRecord(bytes, at, out ReadOnlyMemory<byte> record, out bool isCommit) && isCommit
                && ++commits > 1 && BinaryPrimitives.ReadInt64BigEndian(record.Span) > integratedSize)
            {
                return true;
            }

            if (length > bytes.Length - at - HeaderBytes)
            {
                break;
            }

            at += HeaderBytes + (int)length;
        }

        return false;
    }

    private static Span<byte> WriteRecord(Span<byte> target, ReadOnlySpan<byte> record, uint mark)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, (uint)record.Length | mark);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], Crc32C.Compute(record));
        record.CopyTo(target[HeaderBytes..]);
        return target[(HeaderBytes + record.Length)..];
    }

    private static bool TryReadRecord(byte[] bytes, int at, out ReadOnlyMemory<byte> record, out bool isCommit)
    {
        record = default;
        isCommit = false;
        if (bytes.Length - at < HeaderBytes)
        {
            return false;
        }

        // Eight zeros are room, or a part of a batch that a crash kept from the disk: no entry is empty.
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
        if (length == 0)
        {
            return false;
        }

        isCommit = (length & CommitMark) != 0;
        length &= ~CommitMark;
        if (length > bytes.Length - at - HeaderBytes || (isCommit && length != CommitBytes))
        {
            return false;
        }

        record = bytes.AsMemory(at + HeaderBytes, (int)length);
        return Crc32C.Compute(record.Span) == BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4));
    }
}
