using System.Buffers.Binary;

namespace Subnet.Health.Models.MlNet;

/// <summary>Reads packed values of a codec: imputation values and vocabularies of numbers.</summary>
internal static class ValueBlock
{
    /// <summary>Numbers of any width, as double.</summary>
    /// <exception cref="ModelFormatException">Damaged, or not a type of number.</exception>
    public static double[] Numbers(ByteReader reader, Codec codec, int count)
    {
        int width = Width(codec, reader);
        reader.Require(count >= 0 && (long)count * width <= reader.Remaining, $"{count} values are announced where {reader.Remaining} bytes are left");
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> raw = reader.Bytes(width);
            values[i] = codec.Name switch
            {
                "Single" => BinaryPrimitives.ReadSingleLittleEndian(raw),
                "Double" => BinaryPrimitives.ReadDoubleLittleEndian(raw),
                _ => Integer(codec, raw),
            };
        }

        return values;
    }

    /// <summary>Integers of any width; unsigned ones keep their bits.</summary>
    /// <exception cref="ModelFormatException">Damaged, or not a type of integer.</exception>
    public static long[] Integers(ByteReader reader, Codec codec, int count)
    {
        int width = Width(codec, reader);
        reader.Require(count >= 0 && (long)count * width <= reader.Remaining, $"{count} values are announced where {reader.Remaining} bytes are left");
        long[] values = new long[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Integer(codec, reader.Bytes(width));
        }

        return values;
    }

    /// <summary>Truth values, eight to a byte, low bit first.</summary>
    public static bool[] Booleans(ByteReader reader, int count)
    {
        reader.Require(count >= 0 && count / 8 <= reader.Remaining, $"{count} values are announced where {reader.Remaining} bytes are left");
        ReadOnlySpan<byte> raw = reader.Bytes((count + 7) / 8);
        bool[] values = new bool[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((raw[i / 8] >> (i % 8)) & 1) != 0;
        }

        return values;
    }

    /// <summary>Texts: a count, end positions in characters, then all characters.</summary>
    public static string[] Texts(ByteReader reader, int count)
    {
        int stored = reader.Count(4, "texts");
        reader.Require(stored == count, $"{stored} texts are stored where {count} are announced");
        int[] ends = reader.Int32s(stored);
        string all = reader.Utf8();
        string[] values = new string[stored];
        int start = 0;
        for (int i = 0; i < stored; i++)
        {
            int end = ends[i] & int.MaxValue;
            reader.Require(end >= start && end <= all.Length, $"text {i} ends at {end} of {all.Length}");
            values[i] = all[start..end];
            start = end;
        }

        return values;
    }

    /// <summary>One vector of numbers of a known length.</summary>
    /// <exception cref="ModelFormatException">Damaged, or of another length.</exception>
    public static double[] Vector(ByteReader reader, Codec codec)
    {
        Codec inner = codec.Inner ?? throw reader.Damaged("a vector has no element type");
        int vectors = reader.Int32();
        reader.Require(vectors == 1, $"{vectors} vectors are stored where one is expected");
        int length = reader.Int32();
        length = length == 0 ? reader.Int32() : length;
        reader.Require(length > 0, $"a vector has {length} slots");
        int entries = reader.Int32();
        bool dense = entries == -1;
        reader.Require(dense || (entries >= 0 && entries < length), $"a vector of {length} slots has {entries} entries");
        int indexCount = reader.Count(4, "indices");
        reader.Require(indexCount == (dense ? 0 : entries), $"{indexCount} indices are stored for {entries} entries");
        int[] indices = reader.Int32s(indexCount);
        double[] stored = Numbers(reader, inner, dense ? length : entries);
        if (dense)
        {
            return stored;
        }

        // The values are all read, so the file is as long as it claims; only the length of the vector is still its word.
        reader.Require(length <= MaxSparseLength, $"a vector claims {length} slots");
        double[] values = new double[length];
        int previous = -1;
        for (int i = 0; i < entries; i++)
        {
            reader.Require(indices[i] > previous && indices[i] < length, "the indices of a vector do not increase");
            previous = indices[i];
            values[previous] = stored[i];
        }

        return values;
    }

    private const int MaxSparseLength = 1 << 20;

    private static long Integer(Codec codec, ReadOnlySpan<byte> raw) => codec.Name switch
    {
        "SByte" => (sbyte)raw[0],
        "Byte" => raw[0],
        "Int16" => BinaryPrimitives.ReadInt16LittleEndian(raw),
        "UInt16" => BinaryPrimitives.ReadUInt16LittleEndian(raw),
        "Int32" => BinaryPrimitives.ReadInt32LittleEndian(raw),
        "UInt32" => BinaryPrimitives.ReadUInt32LittleEndian(raw),
        _ => BinaryPrimitives.ReadInt64LittleEndian(raw),
    };

    private static int Width(Codec codec, ByteReader reader) => codec.Name switch
    {
        "SByte" or "Byte" => 1,
        "Int16" or "UInt16" => 2,
        "Single" or "Int32" or "UInt32" => 4,
        "Double" or "Int64" or "UInt64" => 8,
        _ => throw reader.Unsupported($"values of type {codec.Name} are not supported", "convert the column to Single before this step"),
    };
}
