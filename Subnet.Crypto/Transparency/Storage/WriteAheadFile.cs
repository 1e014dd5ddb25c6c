using System.Buffers;
using System.Buffers.Binary;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The write-ahead file of a log. Each record is be32 length, be32 CRC-32C of the bytes, the bytes. After the entries of a batch comes a
/// commit record, told apart by the top bit of its length: be64 tree size, 32 bytes root. A batch whose commit record and fsync are
/// complete is durable; what follows the last of them was never answered.
/// </summary>
internal sealed class WriteAheadFile(ILogFiles files, string path)
{
    private const uint CommitMark = 0x8000_0000;
    private const int CommitBytes = 8 + TreeHash.ByteCount;
    private const int HeaderBytes = 8;

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
        files.Append(path, buffer.AsSpan(0, total));
        ArrayPool<byte>.Shared.Return(buffer);
        files.Sync(path);
        Length += total;
    }

    /// <summary>Makes the file empty; every batch in it is in the tree by now.</summary>
    public void Clear()
    {
        if (files.Length(path) is > 0)
        {
            files.Truncate(path, 0);
            files.Sync(path);
        }

        Length = 0;
    }

    /// <summary>
    /// Reads the whole batches in order, and cuts off what follows the last one. The file's name is made durable too, so that later
    /// batches need no fsync of the folder.
    /// </summary>
    public IReadOnlyList<WriteAheadBatch> Recover()
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

        if (HoldsLaterBatch(bytes, at))
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "a batch in the write-ahead file is damaged and a later one is whole: that is no torn write");
        }

        if (whole < bytes.Length)
        {
            files.Truncate(path, whole);
        }

        files.Append(path, []);
        files.Sync(path);
        files.SyncFolder(DurableFiles.FolderOf(path));
        Length = whole;
        return batches;
    }

    /// <summary>
    /// Whether a whole batch follows the damaged one. A crash tears the last batch only, perhaps before its commit record; each earlier
    /// one was on the disk before the next was begun.
    /// </summary>
    private static bool HoldsLaterBatch(byte[] bytes, int at)
    {
        int commits = 0;
        while (bytes.Length - at >= HeaderBytes && commits < 2)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) & ~CommitMark;
            bool good = TryReadRecord(bytes, at, out _, out bool isCommit);
            commits += good && isCommit ? 1 : 0;
            if (length > bytes.Length - at - HeaderBytes)
            {
                break;
            }

            at += HeaderBytes + (int)length;
        }

        return commits == 2;
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

        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
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
