namespace Subnet.Crypto.Seal.Zstd;

/// <summary>The literals of a compressed block (RFC 8878 3.1.1.3.1). The prefix code is kept for the blocks after it.</summary>
internal sealed class LiteralsSection
{
    private const int StreamCount = 4;
    private const int JumpTableByteCount = 6;

    private readonly byte[] literals = new byte[ZstdDecoder.LargestBlock];
    private HuffmanTable? code;

    private enum Kind
    {
        Raw = 0,
        Repeated = 1,
        Compressed = 2,
        Treeless = 3,
    }

    /// <summary>Reads the section at the start of a block.</summary>
    /// <returns>The literals; valid until the next call.</returns>
    /// <exception cref="SealFormatException">The section is corrupt.</exception>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> block, out int consumed)
    {
        Header header = ReadHeader(block);
        Span<byte> destination = literals.AsSpan(0, header.Regenerated);
        consumed = header.ByteCount + header.Stored;
        if (block.Length < consumed)
        {
            throw Corrupt("the literals are cut off");
        }

        ReadOnlySpan<byte> stored = block[header.ByteCount..consumed];
        switch (header.Kind)
        {
            case Kind.Raw:
                stored.CopyTo(destination);
                break;
            case Kind.Repeated:
                destination.Fill(stored[0]);
                break;
            default:
                Decode(header, stored, destination);
                break;
        }

        return destination;
    }

    /// <summary>Wipes the literals.</summary>
    public void Clear() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(literals);

    private static SealFormatException Corrupt(string what) => new($"corrupt Zstandard frame: {what}");

    private static Header ReadHeader(ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty)
        {
            throw Corrupt("a block without literals section");
        }

        Kind kind = (Kind)(block[0] & 3);
        int format = (block[0] >> 2) & 3;
        bool plain = kind is Kind.Raw or Kind.Repeated;
        (int bytes, int width) = (plain, format) switch
        {
            (true, 0 or 2) => (1, 5),
            (true, 1) => (2, 12),
            (true, _) => (3, 20),
            (false, 0 or 1) => (3, 10),
            (false, 2) => (4, 14),
            (false, _) => (5, 18),
        };
        if (block.Length < bytes)
        {
            throw Corrupt("a literals header is cut off");
        }

        ulong value = 0;
        for (int i = bytes - 1; i >= 0; i--)
        {
            value = (value << 8) | block[i];
        }

        // One byte alone has three bits of type and format; all others have four.
        value >>= bytes == 1 ? 3 : 4;
        int regenerated = (int)(value & ((1UL << width) - 1));
        if (regenerated > ZstdDecoder.LargestBlock)
        {
            throw Corrupt("a block with too many literals");
        }

        int stored = kind switch
        {
            Kind.Raw => regenerated,
            Kind.Repeated => 1,
            _ => (int)(value >> width),
        };
        return new Header(kind, bytes, regenerated, stored, IsSingleStream: plain || format == 0);
    }

    private void Decode(Header header, ReadOnlySpan<byte> stored, Span<byte> destination)
    {
        if (header.Kind == Kind.Compressed)
        {
            code = HuffmanTable.Read(stored, out int described);
            stored = stored[described..];
        }
        else if (code is null)
        {
            throw Corrupt("a block refers to a prefix code that was never given");
        }

        if (header.IsSingleStream)
        {
            code.Decode(stored, destination);
            return;
        }

        if (stored.Length < JumpTableByteCount)
        {
            throw Corrupt("the literals are cut off");
        }

        ReadOnlySpan<byte> streams = stored[JumpTableByteCount..];
        int part = (destination.Length + StreamCount - 1) / StreamCount;
        for (int i = 0; i < StreamCount; i++)
        {
            bool last = i == StreamCount - 1;
            int length = last ? streams.Length : stored[2 * i] | (stored[(2 * i) + 1] << 8);
            if (length > streams.Length || (!last && part > destination.Length))
            {
                throw Corrupt("a literal stream has the wrong length");
            }

            code.Decode(streams[..length], last ? destination : destination[..part]);
            streams = streams[length..];
            destination = last ? default : destination[part..];
        }
    }

    private readonly record struct Header(Kind Kind, int ByteCount, int Regenerated, int Stored, bool IsSingleStream);
}
