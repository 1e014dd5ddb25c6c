namespace Subnet.Crypto.Seal.Zstd;

/// <summary>Reads a bit stream forwards, least significant bit first, as descriptions of entropy tables are written.</summary>
internal ref struct ForwardBitReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> data = data;
    private int position;

    /// <summary>The next <paramref name="count"/> (at most 16) bits; those past the end are zeros.</summary>
    public readonly uint Peek(int count)
    {
        uint value = 0;
        int first = position >> 3;
        for (int i = 0; i < 3 && first + i < data.Length; i++)
        {
            value |= (uint)data[first + i] << (8 * i);
        }

        return (value >> (position & 7)) & ((1u << count) - 1);
    }

    /// <summary>Takes bits.</summary>
    /// <exception cref="SealFormatException">So many are not there.</exception>
    public void Skip(int count)
    {
        position += count;
        if (position > data.Length * 8)
        {
            throw new SealFormatException("corrupt Zstandard frame: an entropy table is cut off");
        }
    }

    /// <summary>Reads bits.</summary>
    /// <exception cref="SealFormatException">So many are not there.</exception>
    public uint Read(int count)
    {
        uint value = Peek(count);
        Skip(count);
        return value;
    }

    /// <summary>Bytes of which at least one bit was taken.</summary>
    public readonly int ConsumedBytes() => (position + 7) >> 3;
}
