using System.Globalization;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Records of one length, sorted into 256 parts by a byte of theirs and kept in order within each. A few are in memory; beyond that they are in files of a temporary folder, removed
/// at the end: who goes through one part after the other needs a 256th of the memory that all together would take. Not safe for concurrent use.
/// </summary>
/// <param name="recordBytes">Length of a record in bytes.</param>
/// <param name="partAt">Place of the byte that chooses the part; uniform, such as one of a random name or hash.</param>
/// <param name="inMemoryBytes">Bytes that are kept in memory before files are used.</param>
internal sealed class SpilledRecords(int recordBytes, int partAt = 0, int inMemoryBytes = 1 << 20) : IDisposable
{
    /// <summary>How many parts there are.</summary>
    public const int Parts = 256;

    private readonly Stream?[] parts = new Stream?[Parts];
    private string? folder;
    private long total;

    /// <summary>Takes a record.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (record.Length != recordBytes)
        {
            throw new ArgumentException($"a record has {recordBytes} bytes, not {record.Length}", nameof(record));
        }

        total += recordBytes;
        if (folder is null && total > inMemoryBytes)
        {
            MoveToFiles();
        }

        byte part = record[partAt];
        (parts[part] ??= folder is null ? new MemoryStream() : OpenFile(part)).Write(record);
    }

    /// <summary>The records of a part in the order in which they came; each is overwritten by the next.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read(int part)
    {
        if (parts[part] is not { } stream)
        {
            yield break;
        }

        byte[] record = new byte[recordBytes];
        stream.Position = 0;
        while (stream.ReadAtLeast(record, recordBytes, throwOnEndOfStream: false) == recordBytes)
        {
            yield return record;
        }
    }

    /// <summary>Removes what was put aside.</summary>
    public void Dispose()
    {
        foreach (Stream? part in parts)
        {
            part?.Dispose();
        }

        if (folder is not null)
        {
            Directory.Delete(folder, true);
            folder = null;
        }
    }

    private void MoveToFiles()
    {
        folder = Directory.CreateTempSubdirectory("subnet-audit-").FullName;
        for (int part = 0; part < Parts; part++)
        {
            if (parts[part] is MemoryStream held)
            {
                parts[part] = OpenFile(part);
                held.WriteTo(parts[part]!);
                held.Dispose();
            }
        }
    }

    private FileStream OpenFile(int part) => new(
        Path.Combine(folder!, part.ToString("x2", CultureInfo.InvariantCulture)),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 4096 });
}
