using System.Buffers.Binary;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// Words packed to their exact bit length (parameters 4): word i in the bits [i b, (i + 1) b) counted from the least significant
/// bit of the first byte; the last byte is padded with zero bits.
/// </summary>
public static class BitPacking
{
    /// <summary>Bytes that <paramref name="count"/> words of <paramref name="bits"/> bits take: ceil(count bits / 8).</summary>
    public static long ByteCount(long count, int bits) => ((count * bits) + 7) / 8;

    /// <summary>Packs words.</summary>
    /// <param name="words">Each below 2^bits.</param>
    /// <param name="bits">1 to 64.</param>
    /// <param name="destination">Exactly <see cref="ByteCount"/> bytes.</param>
    /// <exception cref="ArgumentException">A length is not as said, or a word has more bits.</exception>
    public static void Pack(ReadOnlySpan<ulong> words, int bits, Span<byte> destination)
    {
        CheckLengths(words.Length, bits, destination.Length);
        UInt128 pending = 0;
        int pendingBits = 0;
        ulong seen = 0;
        foreach (ulong word in words)
        {
            seen |= word;
            pending |= (UInt128)word << pendingBits;
            pendingBits += bits;
            if (pendingBits >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination, (ulong)pending);
                destination = destination[sizeof(ulong)..];
                pending >>= 64;
                pendingBits -= 64;
            }
        }

        if (bits < 64 && seen >> bits != 0)
        {
            throw new ArgumentException($"a word has more than {bits} bits", nameof(words));
        }

        foreach (ref byte value in destination)
        {
            value = (byte)pending;
            pending >>= 8;
        }
    }

    /// <summary>Unpacks words; whether they are below a modulus is for the caller to check.</summary>
    /// <param name="source">Exactly <see cref="ByteCount"/> bytes.</param>
    /// <param name="bits">1 to 64.</param>
    /// <param name="words">As many words as were packed.</param>
    /// <returns>Whether the padding is zero, as it must be for the bytes to be the only form of these words.</returns>
    /// <exception cref="ArgumentException">A length is not as said.</exception>
    public static bool TryUnpack(ReadOnlySpan<byte> source, int bits, Span<ulong> words)
    {
        CheckLengths(words.Length, bits, source.Length);
        ulong mask = ulong.MaxValue >> (64 - bits);
        UInt128 pending = 0;
        int pendingBits = 0;
        foreach (ref ulong word in words)
        {
            while (pendingBits < bits)
            {
                int taken = Math.Min(sizeof(ulong), source.Length);
                pending |= (UInt128)ReadUpToEight(source[..taken]) << pendingBits;
                pendingBits += 8 * taken;
                source = source[taken..];
            }

            word = (ulong)pending & mask;
            pending >>= bits;
            pendingBits -= bits;
        }

        return pending == 0 && source.IsEmpty;
    }

    private static ulong ReadUpToEight(ReadOnlySpan<byte> source)
    {
        if (source.Length == sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(source);
        }

        ulong value = 0;
        for (int i = source.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | source[i];
        }

        return value;
    }

    private static void CheckLengths(int count, int bits, int byteCount)
    {
        if (bits is < 1 or > 64)
        {
            throw new ArgumentException($"words have 1 to 64 bits, not {bits}", nameof(bits));
        }

        if (byteCount != ByteCount(count, bits))
        {
            throw new ArgumentException($"{count} words of {bits} bits take {ByteCount(count, bits)} bytes, not {byteCount}");
        }
    }
}
