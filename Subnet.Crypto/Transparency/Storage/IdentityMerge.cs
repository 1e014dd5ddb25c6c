using System.Buffers.Binary;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Merges two sorted files of identities into one, a block at a time, so that memory does not grow with the log.</summary>
internal static class IdentityMerge
{
    private const int BlockRecords = 4096;

    public static void Run(ILogFiles files, string left, string right, string target, int recordBytes)
    {
        string building = target + ".building";
        files.Write(building, []);
        Cursor a = new(files, left, recordBytes);
        Cursor b = new(files, right, recordBytes);
        byte[] output = new byte[BlockRecords * recordBytes];
        int filled = 0;
        while (a.IsOpen || b.IsOpen)
        {
            Cursor next = !b.IsOpen || (a.IsOpen && a.Key <= b.Key) ? a : b;
            next.Record.CopyTo(output.AsSpan(filled));
            filled += recordBytes;
            next.Advance();
            if (filled == output.Length)
            {
                files.Append(building, output);
                filled = 0;
            }
        }

        files.Append(building, output.AsSpan(0, filled));
        files.Sync(building);
        files.Rename(building, target);
        files.SyncFolder(DurableFiles.FolderOf(target));
    }

    private sealed class Cursor
    {
        private readonly ILogFiles files;
        private readonly string path;
        private readonly int recordBytes;
        private readonly byte[] block;
        private readonly long length;
        private long offset;
        private int at;
        private int count;

        public Cursor(ILogFiles files, string path, int recordBytes)
        {
            this.files = files;
            this.path = path;
            this.recordBytes = recordBytes;
            block = new byte[BlockRecords * recordBytes];
            length = files.Length(path) ?? 0;
            Fill();
        }

        public bool IsOpen => at < count;

        public ReadOnlySpan<byte> Record => block.AsSpan(at, recordBytes);

        public UInt128 Key => BinaryPrimitives.ReadUInt128BigEndian(Record);

        public void Advance()
        {
            at += recordBytes;
            if (at == count)
            {
                Fill();
            }
        }

        private void Fill()
        {
            at = 0;
            count = offset < length ? files.ReadAt(path, offset, block) : 0;
            offset += count;
        }
    }
}
