using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// A component's binary part: a 256-byte header, a body, the strings it refers to and a tail, all contiguous. Reading goes
/// through the body; <see cref="ByteReader.Finish"/> closes it.
/// </summary>
internal sealed class ModelComponent : ByteReader
{
    private const ulong HeaderMagic = 0x4C45444F4D004C4D;
    private const ulong TailMagic = 0x4D4C004D4F44454C;
    private const int HeaderBytes = 0x100;
    private const int TailBytes = 8;
    private const uint NewestContainer = 0x00010002;
    private const uint FirstContainer = 0x00010001;
    private const int SignatureBytes = 24;

    private readonly string[] strings;

    private ModelComponent(string folder, string entry, string signature, uint version, ReadOnlyMemory<byte> body, string[] strings, int depth)
        : base(entry, signature, body)
    {
        Folder = folder;
        Signature = signature;
        Version = version;
        this.strings = strings;
        Depth = depth;
    }

    /// <summary>The folder of the component, with a closing slash; empty for the root.</summary>
    public string Folder { get; }

    /// <summary>The loader signature.</summary>
    public string Signature { get; }

    /// <summary>The version written.</summary>
    public uint Version { get; }

    /// <summary>How many components it is inside of.</summary>
    public int Depth { get; }

    /// <summary>Opens a component and checks everything around its body.</summary>
    /// <param name="archive">Where it is.</param>
    /// <param name="folder">Its folder, with a closing slash or empty.</param>
    /// <param name="depth">How many components it is inside of.</param>
    /// <exception cref="ModelFormatException">It is absent, damaged, unknown, of another version or too deep.</exception>
    public static ModelComponent Open(ModelArchive archive, string folder, int depth)
    {
        // Calibrators that are written as one stream have another file name and the same layout.
        string entry = folder + (archive.Contains(folder + "Model.key") || !archive.Contains(folder + "Model.bin") ? "Model.key" : "Model.bin");
        if (depth > archive.Limits.MaxDepth)
        {
            throw new ModelFormatException(
                entry, null, $"components are nested deeper than {archive.Limits.MaxDepth} levels", "save the pipeline as one flat chain");
        }

        byte[] content = archive.Read(entry);
        var raw = new ByteReader(entry, null, content);
        raw.Require(content.Length >= HeaderBytes + TailBytes, $"the entry has {content.Length} bytes, too few for a header");
        string signature = ReadSignature(content, entry);
        raw = new ByteReader(entry, signature, content);
        Layout layout = ReadLayout(raw);
        uint version = CheckKind(raw, content, signature);
        string[] strings = ReadStrings(raw, content, layout);
        return new ModelComponent(
            folder, entry, signature, version, content.AsMemory(HeaderBytes, (int)layout.BodyBytes), strings, depth);
    }

    /// <summary>Opens a component in a sub-folder.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Open"/>.</exception>
    public ModelComponent OpenChild(ModelArchive archive, string name) => Open(archive, $"{Folder}{name}/", Depth + 1);

    /// <summary>Whether there is a component in a sub-folder.</summary>
    public bool HasChild(ModelArchive archive, string name) =>
        archive.Contains($"{Folder}{name}/Model.key") || archive.Contains($"{Folder}{name}/Model.bin");

    /// <summary>sid.</summary>
    public string String() => OptionalString() ?? throw Damaged("a text that must be there is absent");

    /// <summary>sid?, null when absent.</summary>
    public string? OptionalString()
    {
        int id = Int32();
        Require(id >= -1 && id < strings.Length, $"text {id} is asked for where there are {strings.Length}");
        return id < 0 ? null : strings[id];
    }

    /// <summary>sid of a column, not empty.</summary>
    public string ColumnName()
    {
        string name = String();
        Require(name.Length > 0, "the name of a column is empty");
        return name;
    }

    /// <summary>i32 that must be the size of a float.</summary>
    public void FloatSize()
    {
        int size = Int32();
        if (size != 4)
        {
            throw Unsupported($"numbers of {size} bytes are announced, not 4", ModelFormatException.SaveAgain);
        }
    }

    private static string ReadSignature(byte[] content, string entry)
    {
        ReadOnlySpan<byte> field = content.AsSpan(0x50, SignatureBytes);
        int end = field.IndexOf((byte)0);
        ReadOnlySpan<byte> used = end < 0 ? field : field[..end];
        if (BinaryPrimitives.ReadUInt64LittleEndian(content) != HeaderMagic)
        {
            throw new ModelFormatException(entry, null, "the entry does not begin as a component of ML.NET does", ModelFormatException.SaveAgain);
        }

        foreach (byte b in used)
        {
            if (b is < 0x20 or > 0x7E)
            {
                throw new ModelFormatException(entry, null, "the loader signature is not readable text", ModelFormatException.SaveAgain);
            }
        }

        return Encoding.ASCII.GetString(used);
    }

    private static Layout ReadLayout(ByteReader raw)
    {
        raw.Seek(8);
        uint written = raw.UInt32();
        uint readable = raw.UInt32();
        raw.Require(readable <= written, "the header's readable version is above the written one");
        if (readable > NewestContainer)
        {
            throw raw.Unsupported($"the container version is 0x{readable:X8}, newer than 0x{NewestContainer:X8}", "save the model with ML.NET 1.x to 5.x");
        }

        raw.Require(written >= FirstContainer, $"the container version is 0x{written:X8}");
        long bodyOffset = raw.Int64();
        long bodyBytes = raw.Int64();
        long tableOffset = raw.Int64();
        long tableBytes = raw.Int64();
        long charsOffset = raw.Int64();
        long charsBytes = raw.Int64();
        raw.Seek(0x80);
        long tailOffset = raw.Int64();
        long endOffset = raw.Int64();
        long assemblyOffset = raw.Int64();
        uint assemblyBytes = raw.UInt32();
        if (written < 0x00010002)
        {
            assemblyOffset = 0;
            assemblyBytes = 0;
        }

        long total = raw.Position + raw.Remaining;
        raw.Require(bodyOffset == HeaderBytes, $"the body begins at {bodyOffset}, not at {HeaderBytes}");
        raw.Require(bodyBytes >= 0 && bodyBytes <= total, $"the body has {bodyBytes} bytes in an entry of {total}");
        long at = bodyOffset + bodyBytes;
        if (tableOffset == 0)
        {
            raw.Require(tableBytes == 0 && charsOffset == 0 && charsBytes == 0, "there are texts without a table of texts");
        }
        else
        {
            raw.Require(tableOffset == at && tableBytes > 0 && tableBytes % 8 == 0 && tableBytes <= total, $"the table of texts ({tableBytes} bytes at {tableOffset}) does not follow the body");
            at += tableBytes;
            raw.Require(charsOffset == at && charsBytes >= 0 && charsBytes % 2 == 0 && charsBytes <= total, $"the texts ({charsBytes} bytes at {charsOffset}) do not follow their table");
            at += charsBytes;
        }

        if (assemblyOffset != 0)
        {
            raw.Require(assemblyOffset == at && assemblyBytes % 2 == 0, "the assembly name does not follow the texts");
            at += assemblyBytes;
        }

        raw.Require(tailOffset == at && endOffset == tailOffset + TailBytes, "the tail does not follow the last part");
        raw.Require(endOffset == total, $"the entry has {total} bytes where its header says {endOffset}");
        raw.Seek(tailOffset);
        raw.Require(raw.UInt64() == TailMagic, "the tail mark is wrong");
        return new Layout(bodyBytes, tableOffset, tableBytes, charsOffset, charsBytes);
    }

    private static uint CheckKind(ByteReader raw, byte[] content, string signature)
    {
        if (ComponentKind.Find(signature) is not ComponentKind kind)
        {
            string? advice = ComponentKind.AdviceFor(signature);
            throw new ModelFormatException(raw.Place, signature, "this kind of component is not supported", advice ?? "train without this component")
            {
                IsRefusedByName = advice is not null,
            };
        }

        raw.Seek(0x40);
        string magic = Encoding.Latin1.GetString(content, 0x40, 8).Replace('\0', ' ');
        raw.Require(string.Equals(magic, kind.Magic, StringComparison.Ordinal), "the mark of the component does not belong to its signature");
        raw.Seek(0x48);
        uint written = raw.UInt32();
        uint readable = raw.UInt32();
        raw.Require(readable <= written, "the component's readable version is above the written one");
        if (readable > kind.Newest)
        {
            throw raw.Unsupported($"version 0x{readable:X8} is newer than 0x{kind.Newest:X8}", "save the model with a release of ML.NET from 1.0 to 5.0");
        }

        if (written < kind.Oldest)
        {
            throw raw.Unsupported($"version 0x{written:X8} is older than 0x{kind.Oldest:X8}", "save the model again with ML.NET 1.x or later");
        }

        return written;
    }

    private static string[] ReadStrings(ByteReader raw, byte[] content, Layout layout)
    {
        string[] strings = new string[layout.TableBytes / 8];
        raw.Seek(layout.TableOffset);
        long start = 0;
        for (int i = 0; i < strings.Length; i++)
        {
            long end = raw.Int64();
            raw.Require(end >= start && end <= layout.CharsBytes && end % 2 == 0, $"text {i} ends at {end} of {layout.CharsBytes}");
            strings[i] = Encoding.Unicode.GetString(content, (int)(layout.CharsOffset + start), (int)(end - start));
            start = end;
        }

        raw.Require(start == layout.CharsBytes, "the table of texts does not cover the texts");
        return strings;
    }

    private readonly record struct Layout(long BodyBytes, long TableOffset, long TableBytes, long CharsOffset, long CharsBytes);
}
