using System.Buffers.Binary;
using System.Text;

namespace Subnet.Core.State;

/// <summary>
/// Writes the ledger's canonical binary form: unsigned big-endian integers of fixed width, one byte 0 or 1 for a truth value,
/// a 16 or 32 bit count before what varies in length. One value has one encoding. Not safe for concurrent use.
/// </summary>
public sealed class CanonicalWriter
{
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>What has been written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Number of bytes written.</summary>
    public int Length => _length;

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <summary>One byte.</summary>
    public void U8(byte value) => Take(1)[0] = value;

    /// <summary>Two bytes, big-endian.</summary>
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    /// <summary>Four bytes, big-endian.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    /// <summary>Eight bytes, big-endian.</summary>
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

    /// <summary>Eight bytes, big-endian two's complement.</summary>
    public void I64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    /// <summary>Sixteen bytes, big-endian.</summary>
    public void U128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Take(16), value);

    /// <summary>Sixteen bytes, big-endian two's complement.</summary>
    public void I128(Int128 value) => BinaryPrimitives.WriteInt128BigEndian(Take(16), value);

    /// <summary>One byte, 0 or 1.</summary>
    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    /// <summary>The 32 bytes of an account.</summary>
    public void Account(AccountId value) => value.CopyTo(Take(AccountId.Size));

    /// <summary>The 32 bytes of a digest.</summary>
    public void Digest(Hash256 value) => value.CopyTo(Take(Hash256.Size));

    /// <summary>Bytes without a length before them.</summary>
    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>A 32 bit length and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        U32((uint)value.Length);
        Raw(value);
    }

    /// <summary>A 16 bit length and UTF-8.</summary>
    public void Text(string value)
    {
        int count = Encoding.UTF8.GetByteCount(value);
        U16(checked((ushort)count));
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    /// <summary>A 16 bit count and that many 16 bit integers.</summary>
    public void U16List(ReadOnlySpan<ushort> values)
    {
        U16(checked((ushort)values.Length));
        Span<byte> target = Take(2 * values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[(2 * i)..], values[i]);
        }
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(checked(_length + count), 2 * _buffer.Length));
        }

        Span<byte> slice = _buffer.AsSpan(_length, count);
        _length += count;
        return slice;
    }
}
