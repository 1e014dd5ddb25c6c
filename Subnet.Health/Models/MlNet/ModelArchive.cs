using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// The zip around a saved model. Nothing is extracted to disk; every entry is inflated at most once, into memory, within the
/// bounds of <see cref="ModelLimits"/>, and checked against its checksum. Names are data: they choose no path.
/// </summary>
internal sealed class ModelArchive : IDisposable
{
    private const string ResaveOld = "save the model again with ML.NET 1.x or later";
    private const int EndRecordBytes = 22;
    private const int MaxCommentBytes = ushort.MaxValue;

    private readonly string name;
    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private long inflatableBytes;

    private ModelArchive(string name, ZipArchive zip, ModelLimits limits, long fileBytes)
    {
        this.name = name;
        this.zip = zip;
        Limits = limits;
        inflatableBytes = limits.InflatedBase + (limits.InflatedPerByte * fileBytes);
    }

    /// <summary>The bounds in force.</summary>
    public ModelLimits Limits { get; }

    /// <summary>Opens an archive and checks its directory.</summary>
    /// <param name="name">What to call the file in messages.</param>
    /// <param name="stream">A seekable stream; stays open.</param>
    /// <param name="limits">Bounds.</param>
    /// <exception cref="ModelFormatException">Not a zip, hostile names, too many entries, or too much to inflate.</exception>
    public static ModelArchive Open(string name, Stream stream, ModelLimits limits)
    {
        if (stream.Length > limits.MaxFileBytes)
        {
            throw new ModelFormatException(
                name, null, $"the file has {stream.Length} bytes, above the limit of {limits.MaxFileBytes}", "train a smaller model");
        }

        CheckEndRecord(name, stream, limits);
        ZipArchive zip;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException fault)
        {
            throw NotAZip(name, fault);
        }

        var archive = new ModelArchive(name, zip, limits, stream.Length);
        try
        {
            archive.ReadDirectory();
        }
        catch (InvalidDataException fault)
        {
            zip.Dispose();
            throw NotAZip(name, fault);
        }
        catch (ModelFormatException)
        {
            zip.Dispose();
            throw;
        }

        return archive;
    }

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Contains(string entry) => entries.ContainsKey(entry);

    /// <summary>The first entry by name whose last part is this, or null.</summary>
    public string? FindLast(string lastPart) =>
        entries.Keys.Where(entry => entry.EndsWith("/" + lastPart, StringComparison.Ordinal)).Min(StringComparer.Ordinal);

    /// <summary>The whole content of an entry.</summary>
    /// <exception cref="ModelFormatException">It is absent, damaged or passes the bound on inflated bytes.</exception>
    public byte[] Read(string entry)
    {
        if (!entries.TryGetValue(entry, out ZipArchiveEntry? found))
        {
            throw new ModelFormatException(entry, null, "the archive has no such entry, though the model refers to it", ModelFormatException.SaveAgain);
        }

        used.Add(entry);
        byte[] content = Inflate(entry, found);
        if (Crc32.Of(content) != found.Crc32)
        {
            throw new ModelFormatException(entry, null, "the content does not match its checksum", ModelFormatException.SaveAgain);
        }

        return content;
    }

    /// <summary>Lets entries be that are known and not needed for scoring.</summary>
    /// <param name="start">What their names begin with.</param>
    public void Ignore(string start) => used.UnionWith(entries.Keys.Where(entry => entry.StartsWith(start, StringComparison.Ordinal)));

    /// <summary>Refuses entries that no component refers to: what nobody reads should not be there.</summary>
    /// <exception cref="ModelFormatException">There is one.</exception>
    public void CheckAllUsed()
    {
        foreach (string entry in entries.Keys)
        {
            if (!used.Contains(entry) && !IsSideStream(entry))
            {
                throw new ModelFormatException(entry, null, "nothing in the model refers to this entry", ModelFormatException.SaveAgain);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => zip.Dispose();

    private static ModelFormatException NotAZip(string name, Exception? cause) =>
        new(name, null, "the file is not a readable zip archive", "give the .zip that mlContext.Model.Save wrote, or an .onnx file", cause);

    // The number of entries and the size of the directory stand in the last record of the file. They are looked at before
    // the archive class reads the directory, which it does without a bound of its own.
    private static void CheckEndRecord(string name, Stream stream, ModelLimits limits)
    {
        int tailBytes = (int)Math.Min(stream.Length, EndRecordBytes + MaxCommentBytes);
        byte[] tail = new byte[tailBytes];
        stream.Seek(-tailBytes, SeekOrigin.End);
        stream.ReadExactly(tail);
        stream.Seek(0, SeekOrigin.Begin);
        int at = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (at < 0 || tail.Length - at < EndRecordBytes)
        {
            throw NotAZip(name, null);
        }

        ReadOnlySpan<byte> record = tail.AsSpan(at);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        uint directory = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        if (count > limits.MaxEntries || directory > limits.MaxDirectoryBytes)
        {
            throw new ModelFormatException(
                name, null, $"the archive claims {count} entries in a directory of {directory} bytes, above the limit of {limits.MaxEntries} and {limits.MaxDirectoryBytes}", "train a smaller model");
        }
    }

    private void ReadDirectory()
    {
        long declared = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string path = entry.FullName.Replace('\\', '/');
            CheckName(path);
            if (path.EndsWith('/') && entry.Length == 0)
            {
                continue;
            }

            if (!entries.TryAdd(path, entry))
            {
                throw new ModelFormatException(path, null, "the archive has two entries of this name", ModelFormatException.SaveAgain);
            }

            declared = checked(declared + entry.Length);
            if (declared > inflatableBytes)
            {
                throw TooMuch(path);
            }
        }

        if (entries.Count == 0)
        {
            throw new ModelFormatException(name, null, "the archive is empty", ModelFormatException.SaveAgain);
        }

        foreach (string entry in entries.Keys)
        {
            if (entry.StartsWith("DataLoaderModel/", StringComparison.Ordinal) || entry.StartsWith("Predictor/", StringComparison.Ordinal))
            {
                throw new ModelFormatException(entry, null, "the archive has the layout from before ML.NET 1.0", ResaveOld);
            }
        }
    }

    private static void CheckName(string path)
    {
        bool climbs = path.Split('/').Contains("..");
        if (path.Length == 0 || path[0] == '/' || climbs || path.Contains(':', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal))
        {
            string shown = new([.. path.Where(c => !char.IsControl(c)).Take(100)]);
            throw new ModelFormatException(shown, null, "the name of this entry leads out of the archive", ModelFormatException.SaveAgain);
        }
    }

    // Human-readable copies and statistics that ML.NET writes beside its components; never read, so never inflated.
    private static bool IsSideStream(string entry) =>
        entry.StartsWith("TrainingInfo/", StringComparison.Ordinal)
        || (entry.EndsWith(".txt", StringComparison.Ordinal) && entry.Contains('/', StringComparison.Ordinal))
        || entry.EndsWith("/LabelNames", StringComparison.Ordinal)
        || entry.Contains("/ModelStats/", StringComparison.Ordinal);

    private static ModelFormatException TooMuch(string entry) => new(
        entry, null, "the archive inflates to many times more than a model does", "give the file as ML.NET wrote it, without additions");

    private byte[] Inflate(string entry, ZipArchiveEntry found)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            using Stream stream = found.Open();
            using var content = new MemoryStream((int)Math.Min(found.Length, 1 << 20));
            int read;
            while ((read = stream.Read(chunk)) > 0)
            {
                inflatableBytes -= read;
                if (inflatableBytes < 0)
                {
                    throw TooMuch(entry);
                }

                content.Write(chunk.AsSpan(0, read));
            }

            return content.ToArray();
        }
        catch (InvalidDataException fault)
        {
            throw new ModelFormatException(entry, null, "the entry cannot be inflated", ModelFormatException.SaveAgain, fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
