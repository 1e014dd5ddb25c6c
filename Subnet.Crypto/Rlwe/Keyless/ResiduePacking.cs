using System.Buffers.Binary;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// Packs words of b significant bits one after the other, counted from the least significant bit of the first byte; the last byte
/// is padded with zero bits (parameters 4).
/// </summary>
internal static class ResiduePacking
{
    private const int WordBits = 64;

    /// <summary>Bytes of <paramref name="count"/> words of <paramref name="bits"/> bits.</summary>
    public static int ByteCount(int count, int bits) => checked((int)((((long)count * bits) + 7) / 8));

    /// <summary>Packs words below 2^bits.</summary>
    /// <param name="words">The words.</param>
    /// <param name="bits">1 to 63.</param>
    /// <param name="destination">Exactly <see cref="ByteCount"/> bytes.</param>
    public static void Pack(ReadOnlySpan<ulong> words, int bits, Span<byte> destination)
    {
        CheckLength(words.Length, bits, destination.Length);
        ulong pending = 0;
        int held = 0;
        int written = 0;
        foreach (ulong word in words)
        {
            pending |= word << held;
            held += bits;
            if (held >= WordBits)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination[written..], pending);
                written += sizeof(ulong);
                held -= WordBits;
                pending = held == 0 ? 0 : word >> (bits - held);
            }
        }

        for (; held > 0; held -= 8, pending >>= 8)
        {
            destination[written++] = (byte)pending;
        }
    }

    /// <summary>Unpacks words; false when a padding bit is not zero.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> source, int bits, Span<ulong> words)
    {
        CheckLength(words.Length, bits, source.Length);
        ulong mask = (1UL << bits) - 1;
        ulong pending = 0;
        int held = 0;
        int read = 0;
        for (int i = 0; i < words.Length; i++)
        {
            if (held >= bits)
            {
                words[i] = pending & mask;
                pending >>= bits;
                held -= bits;
                continue;
            }

            ulong next = 0;
            int taken = Math.Min(sizeof(ulong), source.Length - read);
            if (taken == sizeof(ulong))
            {
                next = BinaryPrimitives.ReadUInt64LittleEndian(source[read..]);
            }
            else
            {
                for (int j = 0; j < taken; j++)
                {
                    next |= (ulong)source[read + j] << (8 * j);
                }
            }

            read += taken;
            words[i] = (pending | (next << held)) & mask;
            int used = bits - held;
            pending = next >> used;
            held = (taken * 8) - used;
        }

        return pending == 0;
    }

    private static void CheckLength(int count, int bits, int bytes)
    {
        if (bits is < 1 or >= WordBits || bytes != ByteCount(count, bits))
        {
            throw new ArgumentException($"{count} words of {bits} bits do not fill {bytes} bytes");
        }
    }
}
