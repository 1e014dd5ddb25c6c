using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Models.Onnx;

/// <summary>Reads a <c>TensorProto</c>. Its size is checked against its data before anything is allocated for it.</summary>
internal static class TensorReader
{
    /// <summary>Reads the tensor and its name.</summary>
    /// <exception cref="ModelFormatException">Another type, external or segmented data, or a size that does not fit the data.</exception>
    public static (string Name, Tensor Tensor) Read(string file, string place, ReadOnlyMemory<byte> message)
    {
        string name = "";
        List<long> dimensions = [];
        int type = 0;
        ReadOnlyMemory<byte>? raw = null;
        List<float> singles = [];
        List<double> doubles = [];
        List<long> integers = [];
        List<string> texts = [];
        foreach (ProtobufField field in ProtobufReader.Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    field.AddIntegers(dimensions);
                    break;
                case 2:
                    type = (int)field.Integer;
                    break;
                case 4:
                    field.AddSingles(singles);
                    break;
                case 5 or 7 or 11:
                    field.AddIntegers(integers);
                    break;
                case 6:
                    texts.Add(Encoding.UTF8.GetString(field.Content.Span));
                    break;
                case 8:
                    name = field.Text;
                    break;
                case 9:
                    raw = field.Content;
                    break;
                case 10:
                    field.AddDoubles(doubles);
                    break;
                case 3:
                    throw Refuse("its data is in segments");
                case 13:
                    throw Refuse("its data is in another file");
                case 14 when field.Integer != 0:
                    throw Refuse("its data is in another file");
            }
        }

        if (!Enum.IsDefined((ElementType)type))
        {
            throw Refuse($"its element type {type} is not supported");
        }

        ElementType element = (ElementType)type;
        try
        {
            int[] shape = [.. dimensions.Select(length => length is >= 0 and <= Tensor.MaxElements ? (int)length : -1)];
            int count = Tensor.CountOf(shape);
            Tensor tensor = element switch
            {
                ElementType.Single => new Tensor<float>(element, shape, raw is null ? [.. singles] : Raw(4, count, BinaryPrimitives.ReadSingleLittleEndian)),
                ElementType.Double => new Tensor<double>(element, shape, raw is null ? [.. doubles] : Raw(8, count, BinaryPrimitives.ReadDoubleLittleEndian)),
                ElementType.Text => new Tensor<string>(element, shape, [.. texts]),
                _ => new Tensor<long>(
                    element, shape, raw is null ? [.. integers.Select(value => Integers.Wrap(element, value))] : Raw(Integers.Bytes(element), count, span => Integer(element, span))),
            };
            return (name, tensor);
        }
        catch (OperatorException fault)
        {
            throw Refuse(fault.Message);
        }

        T[] Raw<T>(int size, int count, Func<ReadOnlySpan<byte>, T> read)
        {
            ReadOnlySpan<byte> bytes = raw!.Value.Span;
            if (bytes.Length != (long)size * count || singles.Count + doubles.Count + integers.Count + texts.Count > 0)
            {
                throw Refuse($"it has {bytes.Length} bytes of data for {count} elements of {size}");
            }

            T[] data = new T[count];
            for (int i = 0; i < count; i++)
            {
                data[i] = read(bytes.Slice(i * size, size));
            }

            return data;
        }

        ModelFormatException Refuse(string problem) =>
            new(file, null, $"the tensor '{name}' ({place}) cannot be used: {problem}", ModelFormatException.SaveAgain);
    }

    private static long Integer(ElementType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ElementType.UInt8 or ElementType.Boolean => bytes[0],
        ElementType.Int8 => (sbyte)bytes[0],
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}
