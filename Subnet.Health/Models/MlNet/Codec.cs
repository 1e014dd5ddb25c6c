namespace Subnet.Health.Models.MlNet;

/// <summary>The type of a column or of a block of values, as ML.NET's binary files name it.</summary>
/// <param name="Name">Codec name without its <c>Dv</c> alias.</param>
/// <param name="Inner">Element type of a vector or key; null otherwise.</param>
/// <param name="VectorSize">Slots of a vector, 0 when variable; null for no vector.</param>
/// <param name="KeyCount">Values of a key; null for no key.</param>
internal sealed record Codec(string Name, Codec? Inner, int? VectorSize, ulong? KeyCount)
{
    private const int MaxNesting = 4;

    /// <summary>Reads a codec.</summary>
    /// <exception cref="ModelFormatException">Damaged.</exception>
    public static Codec Read(ByteReader reader, int nesting = 0)
    {
        reader.Require(nesting < MaxNesting, "types are nested too deep");
        string name = reader.Utf8();
        ByteReader parameters = reader.Part(reader.Leb128());
        Codec codec = ReadParameters(name, parameters, nesting);
        return codec;
    }

    /// <summary>The kind of an input column of this element type; null for types that cannot be computed with.</summary>
    public ColumnKind? ItemKind => Name switch
    {
        "VBuffer" => Inner!.ItemKind,
        "Single" => ColumnKind.Single,
        "Double" => ColumnKind.Double,
        "SByte" or "Int16" or "Int32" or "Int64" => ColumnKind.Integer,
        "Byte" or "UInt16" or "UInt32" or "UInt64" => ColumnKind.Unsigned,
        "Boolean" => ColumnKind.Boolean,
        "TextSpan" => ColumnKind.Text,
        _ => null,
    };

    private static Codec ReadParameters(string name, ByteReader parameters, int nesting)
    {
        switch (name)
        {
            case "VBuffer":
                Codec inner = Read(parameters, nesting + 1);
                int[] dimensions = parameters.CountedInt32s("dimensions");
                parameters.Finish();
                long size = dimensions.Length == 0 ? 0 : 1;
                foreach (int dimension in dimensions)
                {
                    parameters.Require(dimension >= 0, "a dimension is negative");
                    size = Math.Min(size * dimension, int.MaxValue);
                }

                return new Codec(name, inner, (int)size, null);
            case "Key2":
                Codec raw = Read(parameters, nesting + 1);
                ulong count = parameters.UInt64();
                parameters.Finish();
                return new Codec(name, raw, null, count);
            case "DvBool":
                return new Codec("Boolean", null, null, null);
            default:
                return new Codec(name, null, null, null);
        }
    }
}
