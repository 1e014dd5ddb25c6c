using System.Buffers.Binary;

namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Reads the fields of a protobuf message in order, as views of the file: nothing is copied and nothing is allocated from a
/// length that the file claims.
/// </summary>
internal static class ProtobufReader
{
    private const int MaxVarintBytes = 10;

    /// <summary>The fields of a message.</summary>
    /// <exception cref="ProtobufException">Truncated, a varint too long, a group, or field number 0.</exception>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        int position = 0;
        while (position < message.Length)
        {
            yield return Next(message, ref position);
        }
    }

    /// <summary>Reads a varint of at most ten bytes.</summary>
    /// <exception cref="ProtobufException">Truncated or longer.</exception>
    public static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            if (position >= bytes.Length)
            {
                throw new ProtobufException("the file ends inside a number");
            }

            byte next = bytes[position++];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ProtobufException("a number has more than ten bytes");
    }

    private static ProtobufField Next(ReadOnlyMemory<byte> message, ref int position)
    {
        ReadOnlySpan<byte> bytes = message.Span;
        ulong key = ReadVarint(bytes, ref position);
        int wire = (int)(key & 7);
        if (key >> 3 is 0 or > int.MaxValue)
        {
            throw new ProtobufException("a field has a number that cannot be");
        }

        int number = (int)(key >> 3);
        switch (wire)
        {
            case 0:
                return new ProtobufField(number, wire, ReadVarint(bytes, ref position), default);
            case 1:
                return new ProtobufField(number, wire, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, ref position, 8).Span), default);
            case 2:
                ulong length = ReadVarint(bytes, ref position);
                return new ProtobufField(number, wire, 0, Take(message, ref position, length));
            case 5:
                return new ProtobufField(number, wire, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, ref position, 4).Span), default);
            default:
                throw new ProtobufException($"field {number} has wire type {wire}, which ONNX does not use");
        }
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message, ref int position, ulong length)
    {
        if (length > (ulong)(message.Length - position))
        {
            throw new ProtobufException("the file ends inside a field");
        }

        ReadOnlyMemory<byte> taken = message.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }
}
