namespace Subnet.Health.Models.MlNet;

/// <summary>Reads the columns out of an empty data view: the model's input schema.</summary>
internal static class DataViewHeader
{
    private const ulong Magic = 0x00425644004C4D43;
    private const ulong TailMagic = 0x434D4C0044564200;
    private const ulong NewestCompatible = 0x0001000100010006;
    private const int HeaderBytes = 256;
    private const int MaxColumns = 1 << 16;

    /// <summary>The columns by name, in order.</summary>
    /// <exception cref="ModelFormatException">Damaged or newer than described.</exception>
    public static IReadOnlyList<(string Name, Codec Type)> Read(string entry, byte[] content)
    {
        var reader = new ByteReader(entry, "data view", content);
        reader.Require(content.Length >= HeaderBytes, $"the entry has {content.Length} bytes, too few for a header");
        reader.Require(reader.UInt64() == Magic, "the entry does not begin as a data view does");
        reader.UInt64();
        ulong compatible = reader.UInt64();
        if (compatible > NewestCompatible)
        {
            throw reader.Unsupported($"the data view version is 0x{compatible:X16}, newer than 0x{NewestCompatible:X16}", "save the model with ML.NET 1.x to 5.x");
        }

        long table = reader.Int64();
        long tail = reader.Int64();
        reader.Int64();
        int columns = reader.Int32();
        reader.Require(columns is >= 0 and <= MaxColumns, $"{columns} columns are announced");
        reader.Seek(tail);
        reader.Require(reader.UInt64() == TailMagic, "the tail mark is wrong");
        reader.Finish();
        reader.Seek(table);
        var found = new List<(string Name, Codec Type)>();
        for (int i = 0; i < columns; i++)
        {
            string name = reader.Utf8();
            reader.Require(name.Length > 0, "the name of a column is empty");
            Codec type = Codec.Read(reader);
            byte compression = reader.Byte();
            reader.Require(compression <= 1, $"compression {compression} is unknown");
            reader.Leb128();
            reader.Int64();
            reader.Int64();
            found.Add((name, type));
        }

        return found;
    }
}
