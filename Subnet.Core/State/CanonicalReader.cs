using System.Buffers.Binary;
using System.Text;

namespace Subnet.Core.State;

/// <summary>
/// Reads what <see cref="CanonicalWriter"/> writes. Every length is checked against what is left before anything is allocated, so
/// memory and time are bounded by the input's own size. Throws <see cref="LedgerFormatException"/> and nothing else.
/// </summary>
public ref struct CanonicalReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the beginning of <paramref name="bytes"/>.</summary>
    public CanonicalReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>Number of bytes not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>One byte.</summary>
    public byte U8() => Take(1)[0];

    /// <summary>Two bytes, big-endian.</summary>
    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>Four bytes, big-endian.</summary>
    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Eight bytes, big-endian.</summary>
    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>Eight bytes, big-endian two's complement.</summary>
    public long I64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>Sixteen bytes, big-endian.</summary>
    public UInt128 U128() => BinaryPrimitives.ReadUInt128BigEndian(Take(16));

    /// <summary>Sixteen bytes, big-endian two's complement.</summary>
    public Int128 I128() => BinaryPrimitives.ReadInt128BigEndian(Take(16));

    /// <summary>One byte that must be 0 or 1.</summary>
    public bool Bool() => U8() switch
    {
        0 => false,
        1 => true,
        byte other => throw new LedgerFormatException($"a truth value is 0 or 1, not {other}"),
    };

    /// <summary>32 bytes of an account.</summary>
    public AccountId Account() => new(Take(AccountId.Size));

    /// <summary>32 bytes of a digest.</summary>
    public Hash256 Digest() => new(Take(Hash256.Size));

    /// <summary>Exactly <paramref name="count"/> bytes; a view of the input.</summary>
    public ReadOnlySpan<byte> Raw(int count) => Take(count);

    /// <summary>A 32 bit length, at most <paramref name="maximum"/>, and the bytes; a view of the input.</summary>
    public ReadOnlySpan<byte> Bytes(int maximum)
    {
        uint length = U32();
        return length <= (uint)maximum
            ? Take((int)length)
            : throw new LedgerFormatException($"a field of {length} bytes is longer than the {maximum} allowed");
    }

    /// <summary>A 16 bit length, at most <paramref name="maximum"/> bytes, and valid UTF-8.</summary>
    public string Text(int maximum)
    {
        ushort length = U16();
        if (length > maximum)
        {
            throw new LedgerFormatException($"a text of {length} bytes is longer than the {maximum} allowed");
        }

        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException e)
        {
            throw new LedgerFormatException("a text is not valid UTF-8", e);
        }
    }

    /// <summary>A 16 bit count of items that take at least <paramref name="itemSize"/> bytes each.</summary>
    public int Count16(int maximum, int itemSize) => Checked(U16(), maximum, itemSize);

    /// <summary>A 32 bit count of items that take at least <paramref name="itemSize"/> bytes each.</summary>
    public int Count32(int maximum, int itemSize) => Checked(U32(), maximum, itemSize);

    /// <summary>A 16 bit count, at most <paramref name="maximum"/>, and that many 16 bit integers.</summary>
    public ushort[] U16List(int maximum)
    {
        int count = Count16(maximum, 2);
        if (count == 0)
        {
            return [];
        }

        ushort[] values = new ushort[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = U16();
        }

        return values;
    }

    /// <summary>Demands that everything was read.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new LedgerFormatException($"{_rest.Length} bytes follow the end");
        }
    }

    private readonly int Checked(uint count, int maximum, int itemSize)
    {
        if (count > (uint)maximum)
        {
            throw new LedgerFormatException($"a list of {count} items is longer than the {maximum} allowed");
        }

        if ((long)count * itemSize > _rest.Length)
        {
            throw new LedgerFormatException($"a list of {count} items does not fit into the {_rest.Length} bytes that are left");
        }

        return (int)count;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw new LedgerFormatException($"the bytes end early: {count} needed, {_rest.Length} left");
        }

        ReadOnlySpan<byte> slice = _rest[..count];
        _rest = _rest[count..];
        return slice;
    }
}
