namespace Subnet.Crypto.Seal.Zstd;

/// <summary>
/// The sequences of a compressed block (RFC 8878 3.1.1.3.2 and 3.1.1.5): copy so many literals, then repeat so many bytes from so
/// far back. Code tables and the three recent offsets are kept for the blocks after it.
/// </summary>
internal sealed class SequencesSection
{
    private const int LargestLengthLog = 9;
    private const int LargestOffsetLog = 8;

    private FseTable? literalLengths;
    private FseTable? matchLengths;
    private FseTable? offsets;
    private (int First, int Second, int Third) recent = (1, 4, 8);

    private enum Mode
    {
        Predefined = 0,
        Single = 1,
        Described = 2,
        Repeated = 3,
    }

    /// <summary>Carries out the sequences and appends what is left of the literals.</summary>
    /// <exception cref="SealFormatException">The section is corrupt, or the output is full.</exception>
    public void Execute(ReadOnlySpan<byte> section, ReadOnlySpan<byte> literals, BoundedOutput output)
    {
        int count = ReadCount(ref section);
        if (count == 0)
        {
            if (!section.IsEmpty)
            {
                throw Corrupt("bytes after a block without sequences");
            }

            literals.CopyTo(output.Take(literals.Length));
            return;
        }

        ReadTables(ref section);
        ReverseBitReader reader = new(section);
        int literalState = (int)reader.Read(literalLengths!.AccuracyLog);
        int offsetState = (int)reader.Read(offsets!.AccuracyLog);
        int matchState = (int)reader.Read(matchLengths!.AccuracyLog);
        for (int left = count; left > 0; left--)
        {
            FseTable.Cell offset = offsets[offsetState];
            FseTable.Cell match = matchLengths[matchState];
            FseTable.Cell literal = literalLengths[literalState];
            uint offsetValue = (1u << offset.Symbol) + reader.Read(offset.Symbol);
            int matchLength = SequenceCodes.MatchLengthBaselines[match.Symbol]
                + (int)reader.Read(SequenceCodes.MatchLengthBits[match.Symbol]);
            int literalLength = SequenceCodes.LiteralLengthBaselines[literal.Symbol]
                + (int)reader.Read(SequenceCodes.LiteralLengthBits[literal.Symbol]);
            if (left > 1)
            {
                literalState = literal.Baseline + (int)reader.Read(literal.Bits);
                matchState = match.Baseline + (int)reader.Read(match.Bits);
                offsetState = offset.Baseline + (int)reader.Read(offset.Bits);
            }

            if (reader.Remaining < 0 || literalLength > literals.Length)
            {
                throw Corrupt("the sequences are cut off");
            }

            literals[..literalLength].CopyTo(output.Take(literalLength));
            literals = literals[literalLength..];
            output.Repeat(ResolveOffset(offsetValue, literalLength), matchLength);
        }

        if (reader.Remaining != 0)
        {
            throw Corrupt("the sequences have the wrong length");
        }

        literals.CopyTo(output.Take(literals.Length));
    }

    private static SealFormatException Corrupt(string what) => new($"corrupt Zstandard frame: {what}");

    private static int ReadCount(ref ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty)
        {
            throw Corrupt("a block without sequences section");
        }

        int first = section[0];
        int bytes = first < 128 ? 1 : first < 255 ? 2 : 3;
        if (section.Length < bytes)
        {
            throw Corrupt("a sequences header is cut off");
        }

        int count = bytes switch
        {
            1 => first,
            2 => ((first - 128) << 8) + section[1],
            _ => section[1] + (section[2] << 8) + 0x7F00,
        };
        section = section[bytes..];
        return count;
    }

    private void ReadTables(ref ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty || (section[0] & 3) != 0)
        {
            throw Corrupt("the modes of a sequences section are missing or reserved");
        }

        int modes = section[0];
        section = section[1..];
        literalLengths = ReadTable(
            (Mode)(modes >> 6), ref section, literalLengths, SequenceCodes.DefaultLiteralLengths,
            LargestLengthLog, SequenceCodes.LargestLiteralLengthCode);
        offsets = ReadTable(
            (Mode)((modes >> 4) & 3), ref section, offsets, SequenceCodes.DefaultOffsets,
            LargestOffsetLog, SequenceCodes.LargestOffsetCode);
        matchLengths = ReadTable(
            (Mode)((modes >> 2) & 3), ref section, matchLengths, SequenceCodes.DefaultMatchLengths,
            LargestLengthLog, SequenceCodes.LargestMatchLengthCode);
    }

    private static FseTable ReadTable(
        Mode mode, ref ReadOnlySpan<byte> section, FseTable? previous, FseTable predefined, int largestLog, int largestSymbol)
    {
        switch (mode)
        {
            case Mode.Predefined:
                return predefined;
            case Mode.Repeated:
                return previous ?? throw Corrupt("a block refers to a code that was never given");
            case Mode.Single:
                if (section.IsEmpty || section[0] > largestSymbol)
                {
                    throw Corrupt("the only symbol of a code is missing or too large");
                }

                FseTable single = FseTable.Single(section[0]);
                section = section[1..];
                return single;
            default:
                FseTable described = FseTable.Read(section, largestLog, largestSymbol, out int consumed);
                section = section[consumed..];
                return described;
        }
    }

    // Values 1 to 3 name a recent offset; without literals before it the numbering shifts by one (RFC 8878 3.1.1.5).
    private int ResolveOffset(uint value, int literalLength)
    {
        (int first, int second, int third) = recent;
        if (value > 3)
        {
            int distance = (int)Math.Min(value - 3, int.MaxValue);
            recent = (distance, first, second);
            return distance;
        }

        int index = (int)value + (literalLength == 0 ? 1 : 0);
        recent = index switch
        {
            1 => recent,
            2 => (second, first, third),
            3 => (third, first, second),
            _ => (first - 1, first, second),
        };
        return recent.First;
    }
}
