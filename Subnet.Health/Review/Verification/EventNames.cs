using System.Buffers.Binary;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Finds event names that a log has twice. A few are kept in memory; beyond that they go into 256 files by their first byte, removed at the end,
/// and each file is looked through by itself: memory does not grow with the log up to some hundred million entries.
/// </summary>
internal sealed class EventNames : IDisposable
{
    private const int Files = 256;
    private const int RecordBytes = 24;

    private readonly int inMemory;
    private readonly Dictionary<UInt128, long> first = [];
    private FileStream[]? spilled;
    private string? folder;

    /// <param name="inMemory">Names that are kept in memory before files are used.</param>
    public EventNames(int inMemory = 1 << 16) => this.inMemory = inMemory;

    /// <summary>Takes the name of the entry at an index.</summary>
    /// <returns>Whether it is known already to have been there; what is in files shows at the end.</returns>
    public bool Add(UInt128 name, long index)
    {
        if (spilled is null && first.Count < inMemory)
        {
            return !first.TryAdd(name, index);
        }

        if (spilled is null)
        {
            Spill();
        }

        Write(name, index);
        return false;
    }

    /// <summary>The indexes of entries whose name was there before them, as far as <see cref="Add"/> did not say so.</summary>
    public IEnumerable<long> Repeated()
    {
        if (spilled is null)
        {
            yield break;
        }

        foreach (FileStream file in spilled)
        {
            file.Position = 0;
            HashSet<UInt128> seen = [];
            byte[] record = new byte[RecordBytes];
            while (file.ReadAtLeast(record, RecordBytes, false) == RecordBytes)
            {
                if (!seen.Add(BinaryPrimitives.ReadUInt128BigEndian(record)))
                {
                    yield return BinaryPrimitives.ReadInt64BigEndian(record.AsSpan(16));
                }
            }
        }
    }

    /// <summary>Removes the files.</summary>
    public void Dispose()
    {
        foreach (FileStream file in spilled ?? [])
        {
            file.Dispose();
        }

        if (folder is not null)
        {
            Directory.Delete(folder, true);
        }

        (spilled, folder) = (null, null);
    }

    private void Spill()
    {
        folder = Directory.CreateTempSubdirectory("subnet-audit-").FullName;
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 4096 };
        spilled = [.. Enumerable.Range(0, Files).Select(n => new FileStream(Path.Combine(folder, n.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)), options))];
        foreach ((UInt128 name, long index) in first.OrderBy(pair => pair.Value))
        {
            Write(name, index);
        }

        first.Clear();
        first.TrimExcess();
    }

    private void Write(UInt128 name, long index)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        BinaryPrimitives.WriteUInt128BigEndian(record, name);
        BinaryPrimitives.WriteInt64BigEndian(record[16..], index);
        spilled![record[0]].Write(record);
    }
}
