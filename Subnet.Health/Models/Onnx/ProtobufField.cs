using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Models.Onnx;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Number">Field number.</param>
/// <param name="Wire">0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.</param>
/// <param name="Value">The varint, or the bits of the fixed value.</param>
/// <param name="Bytes">The bytes of wire type 2; a view of the file, not a copy.</param>
internal readonly record struct ProtobufField(int Number, int Wire, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>The value as a signed integer.</summary>
    public long Integer => Wire == 0 ? (long)Value : throw Wrong("an integer");

    /// <summary>The value as a float.</summary>
    public float Single => Wire == 5 ? BitConverter.UInt32BitsToSingle((uint)Value) : throw Wrong("a float");

    /// <summary>The nested message or bytes.</summary>
    public ReadOnlyMemory<byte> Content => Wire == 2 ? Bytes : throw Wrong("bytes");

    /// <summary>The text.</summary>
    public string Text
    {
        get
        {
            try
            {
                return Strict.GetString(Content.Span);
            }
            catch (DecoderFallbackException)
            {
                throw new ProtobufException($"field {Number} is not UTF-8 text");
            }
        }
    }

    /// <summary>Adds the integers of a repeated field, packed or not.</summary>
    public void AddIntegers(List<long> to)
    {
        if (Wire == 0)
        {
            to.Add((long)Value);
            return;
        }

        int position = 0;
        ReadOnlySpan<byte> bytes = Content.Span;
        while (position < bytes.Length)
        {
            to.Add((long)ProtobufReader.ReadVarint(bytes, ref position));
        }
    }

    /// <summary>Adds the floats of a repeated field, packed or not.</summary>
    public void AddSingles(List<float> to)
    {
        if (Wire == 5)
        {
            to.Add(Single);
            return;
        }

        foreach (ReadOnlyMemory<byte> item in Split(sizeof(float)))
        {
            to.Add(BinaryPrimitives.ReadSingleLittleEndian(item.Span));
        }
    }

    /// <summary>Adds the doubles of a repeated field, packed or not.</summary>
    public void AddDoubles(List<double> to)
    {
        if (Wire == 1)
        {
            to.Add(BitConverter.UInt64BitsToDouble(Value));
            return;
        }

        foreach (ReadOnlyMemory<byte> item in Split(sizeof(double)))
        {
            to.Add(BinaryPrimitives.ReadDoubleLittleEndian(item.Span));
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Split(int size)
    {
        ReadOnlyMemory<byte> bytes = Content;
        if (bytes.Length % size != 0)
        {
            throw new ProtobufException($"packed field {Number} has {bytes.Length} bytes, not a multiple of {size}");
        }

        for (int i = 0; i < bytes.Length; i += size)
        {
            yield return bytes.Slice(i, size);
        }
    }

    private ProtobufException Wrong(string wanted) => new($"field {Number} has wire type {Wire} where {wanted} belongs");
}
