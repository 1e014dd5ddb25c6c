using System.Buffers.Binary;
using System.Numerics;

namespace Subnet.Crypto.Seal.Zstd;

/// <summary>
/// Reads a bit stream backwards (RFC 8878 4.1): from the highest set bit of the last byte, which only marks the end, down to bit
/// 0 of the first byte. Reading past the start gives zeros and makes <see cref="Remaining"/> negative.
/// </summary>
internal ref struct ReverseBitReader
{
    /// <summary>Bits that <see cref="PeekWindow"/> gives.</summary>
    public const int WindowBits = 56;

    private readonly ReadOnlySpan<byte> data;

    /// <summary>Starts at the end of <paramref name="data"/>.</summary>
    /// <exception cref="SealFormatException">Empty, or the end mark is missing.</exception>
    public ReverseBitReader(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[^1] == 0)
        {
            throw new SealFormatException("corrupt Zstandard frame: a bit stream has no end mark");
        }

        this.data = data;
        Remaining = ((data.Length - 1) * 8) + BitOperations.Log2(data[^1]);
    }

    /// <summary>Bits not read yet; negative after reading past the start.</summary>
    public int Remaining { get; private set; }

    /// <summary>The next <paramref name="count"/> (0 to 32) bits without taking them, the first one on top.</summary>
    public readonly uint Peek(int count)
    {
        int start = Remaining - count;
        if (start >= 0)
        {
            return (uint)(LoadFrom(start) & ((1UL << count) - 1));
        }

        // Fewer bits are left than asked for: those that are missing read as zeros.
        return Remaining <= 0 ? 0 : (uint)((LoadFrom(0) & ((1UL << Remaining) - 1)) << -start);
    }

    /// <summary>The next 56 bits without taking them, the first one on top of the word; there must be so many.</summary>
    public readonly ulong PeekWindow() => LoadFrom(Remaining - WindowBits) << (64 - WindowBits);

    /// <summary>Takes <paramref name="count"/> (0 to 32) bits.</summary>
    public uint Read(int count)
    {
        uint value = Peek(count);
        Remaining -= count;
        return value;
    }

    /// <summary>Takes bits that were looked at.</summary>
    public void Skip(int count) => Remaining -= count;

    /// <summary>At least 57 bits of the stream from bit <paramref name="start"/> up, as far as there are any.</summary>
    private readonly ulong LoadFrom(int start)
    {
        int first = start >> 3;
        if (first + sizeof(ulong) <= data.Length)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(data[first..]) >> (start & 7);
        }

        ulong value = 0;
        for (int i = data.Length - 1; i >= first; i--)
        {
            value = (value << 8) | data[i];
        }

        return value >> (start & 7);
    }
}
