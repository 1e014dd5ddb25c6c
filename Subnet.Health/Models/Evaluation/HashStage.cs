using System.Numerics;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// Hashes text, a number or a key to a key of so many bits: MurmurHash3 (x86, 32 bits), low bits, plus 1. Empty text, NaN
/// and the missing key stay missing. With <paramref name="ordered"/> the slot's position is mixed into the seed.
/// </summary>
internal sealed class HashStage(ColumnKind? kind, Lane[] from, Lane[] to, int bits, uint seed, bool ordered) : Stage(from, to)
{
    private readonly uint mask = (1u << bits) - 1;

    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("hash").Lanes("from", from).Lanes("to", to)
        .Integers("bits", [bits]).Integers("seed", [seed]).Flag("ordered", ordered).Flag("boolean", kind == ColumnKind.Boolean);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            uint start = ordered ? MurmurHash.Round(seed, (uint)j) : seed;
            Span<int> y = block.Keys(to[j]);
            for (int i = 0; i < y.Length; i++)
            {
                uint? hash = Hash(block, from[j], i, start);
                y[i] = hash is uint h ? (int)((h & mask) + 1) : 0;
            }
        }
    }

    private uint? Hash(LaneBlock block, Lane lane, int row, uint start)
    {
        switch (lane.Kind)
        {
            case LaneKind.Text:
                string text = block.Texts(lane)[row];
                return text.Length == 0 ? null : MurmurHash.Text(start, text.AsSpan().Trim(' '));
            case LaneKind.Single when kind == ColumnKind.Boolean:
                return MurmurHash.Finish(MurmurHash.Round(start, (uint)block.Singles(lane)[row]), sizeof(uint));
            case LaneKind.Single:
                float single = block.Singles(lane)[row];
                uint bitsOfSingle = BitConverter.SingleToUInt32Bits(single == 0 ? 0 : single);
                return float.IsNaN(single) ? null : MurmurHash.Finish(MurmurHash.Round(start, bitsOfSingle), sizeof(float));
            case LaneKind.Double:
                double number = block.Doubles(lane)[row];
                ulong bitsOfDouble = BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number);
                return double.IsNaN(number) ? null : MurmurHash.Long(start, bitsOfDouble);
            case LaneKind.Key:
                int key = block.Keys(lane)[row];
                return key == 0 ? null : MurmurHash.Finish(MurmurHash.Round(start, (uint)key), sizeof(uint));
            default:
                throw new InvalidOperationException($"a {lane.Kind} lane cannot be hashed");
        }
    }
}

/// <summary>MurmurHash3, x86 variant of 32 bits (public domain algorithm by A. Appleby).</summary>
internal static class MurmurHash
{
    /// <summary>Mixes one word in.</summary>
    public static uint Round(uint hash, uint word)
    {
        hash ^= Scramble(word);
        return (BitOperations.RotateLeft(hash, 13) * 5) + 0xE6546B64;
    }

    /// <summary>The final mixing.</summary>
    /// <param name="hash">State after the last word.</param>
    /// <param name="length">Number of bytes hashed.</param>
    public static uint Finish(uint hash, int length)
    {
        hash ^= (uint)length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    /// <summary>A 64-bit number, low word first.</summary>
    public static uint Long(uint seed, ulong value) =>
        Finish(Round(Round(seed, (uint)value), (uint)(value >> 32)), sizeof(ulong));

    /// <summary>
    /// A text as the trainer encodes it: UTF-8 of each UTF-16 unit by itself. Where a unit of two or three bytes follows
    /// bytes that do not fill a word yet, the trainer swaps the whole partial word, and so do we: keys must agree.
    /// </summary>
    public static uint Text(uint seed, ReadOnlySpan<char> text)
    {
        uint hash = seed;
        ulong pending = 0;
        int pendingBits = 0;
        int length = 0;
        foreach (char unit in text)
        {
            uint ch = unit;
            if (ch <= 0x7F)
            {
                pending |= (ulong)ch << pendingBits;
                pendingBits += 8;
            }
            else if (ch <= 0x7FF)
            {
                pending |= (ulong)(0xC080 | ((ch << 2) & 0x1F00) | (ch & 0x3F)) << pendingBits;
                pending = ((pending & 0xFF) << 8) | (pending >> 8);
                pendingBits += 16;
            }
            else
            {
                pending |= (ulong)(0xE08080 | ((ch << 4) & 0x0F0000) | ((ch << 2) & 0x3F00) | (ch & 0x3F)) << pendingBits;
                pending = ((pending & 0xFF) << 16) | (((pending >> 8) & 0xFF) << 8) | (pending >> 16);
                pendingBits += 24;
            }

            if (pendingBits >= 32)
            {
                hash = Round(hash, (uint)pending);
                pending >>= 32;
                pendingBits -= 32;
                length += 4;
            }
        }

        int rest = pendingBits / 8;
        if (rest > 0)
        {
            hash ^= Scramble((uint)(pending & ((1UL << pendingBits) - 1)));
        }

        return Finish(hash, length + rest);
    }

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * 0xCC9E2D51, 15) * 0x1B873593;
}
