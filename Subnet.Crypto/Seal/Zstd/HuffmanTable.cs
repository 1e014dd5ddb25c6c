using System.Numerics;

namespace Subnet.Crypto.Seal.Zstd;

/// <summary>A prefix code for literals (RFC 8878 4.2).</summary>
internal sealed class HuffmanTable
{
    private const int LargestBits = 11;
    private const int LargestSymbolCount = 256;

    // So many codes of at most 11 bits fit the bits that one load makes sure of.
    private const int SymbolsPerWindow = ReverseBitReader.WindowBits / LargestBits;
    private const int LargestWeightLog = 6;
    private const int FirstDirectHeader = 128;

    private readonly int bits;
    private readonly Cell[] cells;

    private HuffmanTable(int bits)
    {
        this.bits = bits;
        cells = new Cell[1 << bits];
    }

    /// <summary>Reads the description of a code from the start of <paramref name="source"/>.</summary>
    /// <exception cref="SealFormatException">The description is corrupt.</exception>
    public static HuffmanTable Read(ReadOnlySpan<byte> source, out int consumed)
    {
        if (source.IsEmpty)
        {
            throw new SealFormatException("corrupt Zstandard frame: a prefix code is cut off");
        }

        Span<byte> weights = stackalloc byte[LargestSymbolCount];
        int header = source[0];
        int count;
        if (header >= FirstDirectHeader)
        {
            // Four bits per weight, the first one in the upper half of a byte.
            count = header - FirstDirectHeader + 1;
            consumed = 1 + ((count + 1) / 2);
            CheckLength(source, consumed);
            for (int i = 0; i < count; i++)
            {
                byte pair = source[1 + (i / 2)];
                weights[i] = (byte)(i % 2 == 0 ? pair >> 4 : pair & 0xF);
            }
        }
        else
        {
            consumed = 1 + header;
            CheckLength(source, consumed);
            count = ReadCompressedWeights(source[1..consumed], weights);
        }

        return Build(weights, count);
    }

    /// <summary>Decodes one stream that fills <paramref name="destination"/> exactly.</summary>
    /// <exception cref="SealFormatException">The stream is too short or too long.</exception>
    public void Decode(ReadOnlySpan<byte> stream, Span<byte> destination)
    {
        ReverseBitReader reader = new(stream);
        Cell[] table = cells;
        int i = 0;
        while (destination.Length - i >= SymbolsPerWindow && reader.Remaining >= ReverseBitReader.WindowBits)
        {
            ulong window = reader.PeekWindow();
            int used = 0;
            for (int j = 0; j < SymbolsPerWindow; j++)
            {
                Cell next = table[window >> (64 - bits)];
                destination[i++] = next.Symbol;
                window <<= next.Bits;
                used += next.Bits;
            }

            reader.Skip(used);
        }

        for (; i < destination.Length; i++)
        {
            Cell cell = table[reader.Peek(bits)];
            destination[i] = cell.Symbol;
            reader.Skip(cell.Bits);
        }

        if (reader.Remaining != 0)
        {
            throw new SealFormatException("corrupt Zstandard frame: a literal stream has the wrong length");
        }
    }

    private static void CheckLength(ReadOnlySpan<byte> source, int needed)
    {
        if (source.Length < needed)
        {
            throw new SealFormatException("corrupt Zstandard frame: a prefix code is cut off");
        }
    }

    /// <summary>Weights under an entropy code with two states that take turns (RFC 8878 4.2.1.2).</summary>
    private static int ReadCompressedWeights(ReadOnlySpan<byte> source, Span<byte> weights)
    {
        FseTable table = FseTable.Read(source, LargestWeightLog, LargestSymbolCount - 1, out int described);
        ReverseBitReader reader = new(source[described..]);
        int first = (int)reader.Read(table.AccuracyLog);
        int second = (int)reader.Read(table.AccuracyLog);
        if (reader.Remaining < 0)
        {
            throw new SealFormatException("corrupt Zstandard frame: the weights of a prefix code are cut off");
        }

        int count = 0;
        while (true)
        {
            // The last weight but one is known when its successor state cannot be read any more; the other state holds the last.
            if (count + 2 > weights.Length - 1)
            {
                throw new SealFormatException("corrupt Zstandard frame: a prefix code has too many weights");
            }

            FseTable.Cell cell = table[first];
            weights[count++] = cell.Symbol;
            first = cell.Baseline + (int)reader.Read(cell.Bits);
            if (reader.Remaining < 0)
            {
                weights[count++] = table[second].Symbol;
                return count;
            }

            (first, second) = (second, first);
        }
    }

    private static HuffmanTable Build(Span<byte> weights, int count)
    {
        // The weight of the last symbol is not written: it completes the sum to a power of two.
        int sum = 0;
        foreach (byte weight in weights[..count])
        {
            if (weight > LargestBits)
            {
                throw new SealFormatException($"corrupt Zstandard frame: a code of more than {LargestBits} bits");
            }

            sum += weight == 0 ? 0 : 1 << (weight - 1);
        }

        int bits = sum == 0 ? 0 : BitOperations.Log2((uint)sum) + 1;
        int left = (1 << bits) - sum;
        if (sum == 0 || bits > LargestBits || !BitOperations.IsPow2(left))
        {
            throw new SealFormatException("corrupt Zstandard frame: the weights of a prefix code do not complete each other");
        }

        weights[count++] = (byte)(BitOperations.Log2((uint)left) + 1);
        HuffmanTable table = new(bits);
        int position = 0;
        for (int weight = 1; weight <= bits; weight++)
        {
            for (int symbol = 0; symbol < count; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    int width = 1 << (weight - 1);
                    table.cells.AsSpan(position, width).Fill(new Cell((byte)symbol, (byte)(bits + 1 - weight)));
                    position += width;
                }
            }
        }

        return table;
    }

    private readonly record struct Cell(byte Symbol, byte Bits);
}
