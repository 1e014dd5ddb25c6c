using System.Numerics;

namespace Subnet.Crypto.Seal.Zstd;

/// <summary>A decoding table of finite state entropy (RFC 8878 4.1).</summary>
internal sealed class FseTable
{
    private readonly Cell[] cells;

    private FseTable(int accuracyLog)
    {
        AccuracyLog = accuracyLog;
        cells = new Cell[1 << accuracyLog];
    }

    /// <summary>Bits that a first state takes.</summary>
    public int AccuracyLog { get; }

    /// <summary>What a state stands for, and how to get to the next one.</summary>
    public Cell this[int state] => cells[state];

    /// <summary>A table that gives one symbol and takes no bits.</summary>
    public static FseTable Single(byte symbol)
    {
        FseTable table = new(0);
        table.cells[0] = new Cell(symbol, 0, 0);
        return table;
    }

    /// <summary>Spreads symbols by their probabilities; -1 stands for "less than one".</summary>
    /// <param name="probabilities">Normalised, so that their magnitudes sum to 2^accuracyLog.</param>
    /// <param name="accuracyLog">Log of the number of states.</param>
    public static FseTable Build(ReadOnlySpan<short> probabilities, int accuracyLog)
    {
        FseTable table = new(accuracyLog);
        Cell[] cells = table.cells;
        int size = cells.Length;
        int high = size;
        Span<ushort> next = stackalloc ushort[probabilities.Length];
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            if (probabilities[symbol] == -1)
            {
                cells[--high] = new Cell((byte)symbol, 0, 0);
                next[symbol] = 1;
            }
        }

        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            if (probabilities[symbol] <= 0)
            {
                continue;
            }

            next[symbol] = (ushort)probabilities[symbol];
            for (int i = 0; i < probabilities[symbol]; i++)
            {
                cells[position] = new Cell((byte)symbol, 0, 0);
                do
                {
                    position = (position + step) & (size - 1);
                }
                while (position >= high);
            }
        }

        for (int state = 0; state < size; state++)
        {
            byte symbol = cells[state].Symbol;
            int count = next[symbol]++;
            int bits = accuracyLog - BitOperations.Log2((uint)count);
            cells[state] = new Cell(symbol, (byte)bits, (ushort)((count << bits) - size));
        }

        return table;
    }

    /// <summary>Reads the description of a table from the start of <paramref name="source"/>.</summary>
    /// <param name="source">Description and whatever follows it.</param>
    /// <param name="largestLog">The largest accuracy log allowed here.</param>
    /// <param name="largestSymbol">The largest symbol allowed here.</param>
    /// <param name="consumed">Bytes of the description.</param>
    /// <exception cref="SealFormatException">The description is corrupt.</exception>
    public static FseTable Read(ReadOnlySpan<byte> source, int largestLog, int largestSymbol, out int consumed)
    {
        ForwardBitReader reader = new(source);
        int accuracyLog = (int)reader.Read(4) + 5;
        if (accuracyLog > largestLog)
        {
            throw new SealFormatException($"corrupt Zstandard frame: an entropy table of 2^{accuracyLog} states, at most 2^{largestLog} are allowed");
        }

        Span<short> probabilities = stackalloc short[largestSymbol + 1];
        int symbol = 0;
        int remaining = 1 << accuracyLog;
        while (remaining > 0)
        {
            if (symbol > largestSymbol)
            {
                throw new SealFormatException("corrupt Zstandard frame: an entropy table has too many symbols");
            }

            short probability = ReadProbability(ref reader, remaining);
            probabilities[symbol++] = probability;
            remaining -= Math.Abs(probability);
            for (bool more = probability == 0; more;)
            {
                int zeros = (int)reader.Read(2);
                symbol += zeros;
                more = zeros == 3;
                if (symbol > largestSymbol)
                {
                    throw new SealFormatException("corrupt Zstandard frame: an entropy table has too many symbols");
                }
            }
        }

        consumed = reader.ConsumedBytes();
        return Build(probabilities[..symbol], accuracyLog);
    }

    // A value takes one bit less where the larger one could not occur (RFC 8878 4.1.1).
    private static short ReadProbability(ref ForwardBitReader reader, int remaining)
    {
        int bits = BitOperations.Log2((uint)remaining + 1) + 1;
        uint lowerMask = (1u << (bits - 1)) - 1;
        uint threshold = (1u << bits) - 1 - ((uint)remaining + 1);
        uint value = reader.Peek(bits);
        if ((value & lowerMask) < threshold)
        {
            reader.Skip(bits - 1);
            value &= lowerMask;
        }
        else
        {
            reader.Skip(bits);
            if (value > lowerMask)
            {
                value -= threshold;
            }
        }

        return (short)((int)value - 1);
    }

    /// <summary>One state: the symbol it stands for; the next state is Baseline plus the next Bits bits.</summary>
    internal readonly record struct Cell(byte Symbol, byte Bits, ushort Baseline);
}
