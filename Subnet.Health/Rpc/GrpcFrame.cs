using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Subnet.Health.Rpc;

/// <summary>
/// The frame around a message: one byte that says whether it is compressed, four bytes of length, big endian, and the
/// message.
/// </summary>
internal static class GrpcFrame
{
    /// <summary>Bytes before the message.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Writes a message with its header, compressed when <paramref name="coding"/> is there.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is larger than <paramref name="limit"/>.</exception>
    public static void Write(IBufferWriter<byte> output, IMessage message, MessageCoding? coding, int limit)
    {
        int size = message.CalculateSize();
        if (size > limit)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"A message of {size} bytes is beyond the limit of {limit}.");
        }

        if (coding is null)
        {
            WriteHeader(output, compressed: false, size);
            message.WriteTo(output);
            return;
        }

        ReadOnlyMemory<byte> body = coding.Compress(message.ToByteArray());
        WriteHeader(output, compressed: true, body.Length);
        output.Write(body.Span);
    }

    /// <summary>A message with its header.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static ReadOnlyMemory<byte> ToBytes(IMessage message, MessageCoding? coding, int limit)
    {
        ArrayBufferWriter<byte> output = new(HeaderBytes + Math.Min(message.CalculateSize(), limit));
        Write(output, message, coding, limit);
        return output.WrittenMemory;
    }

    private static void WriteHeader(IBufferWriter<byte> output, bool compressed, int length)
    {
        Span<byte> header = output.GetSpan(HeaderBytes);
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        output.Advance(HeaderBytes);
    }
}
