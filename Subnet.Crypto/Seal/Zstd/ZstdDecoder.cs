using System.Buffers.Binary;

namespace Subnet.Crypto.Seal.Zstd;

/// <summary>
/// Decodes one Zstandard frame (RFC 8878) into a bounded output. Matches refer to the output itself, so no window is kept beside
/// it; dictionaries are refused, since SEAL writes none. Time is bounded by the bytes that come in and go out.
/// </summary>
internal static class ZstdDecoder
{
    /// <summary>The largest block, and so the largest number of literals in one.</summary>
    public const int LargestBlock = 128 * 1024;

    private const uint Magic = 0xFD2FB528;
    private const int BlockHeaderByteCount = 3;
    private const int ChecksumByteCount = 4;

    private enum BlockKind
    {
        Raw = 0,
        Repeated = 1,
        Compressed = 2,
    }

    /// <summary>Decodes the frame that fills <paramref name="frame"/> exactly.</summary>
    /// <exception cref="SealFormatException">Corrupt, cut off, followed by other bytes, or larger than the output allows.</exception>
    public static void Decompress(ReadOnlySpan<byte> frame, BoundedOutput output)
    {
        int start = output.Length;
        (ulong? contentSize, bool hasChecksum) = ReadFrameHeader(ref frame);
        if (contentSize > (ulong)output.Room)
        {
            throw new SealFormatException($"the Zstandard frame announces {contentSize} bytes, more than the {output.Room} that its context allows");
        }

        LiteralsSection literals = new();
        SequencesSection sequences = new();
        try
        {
            while (!DecodeBlock(ref frame, literals, sequences, output))
            {
            }
        }
        finally
        {
            literals.Clear();
        }

        ReadOnlySpan<byte> content = output.Written[start..];
        if (contentSize is not null && contentSize != (ulong)content.Length)
        {
            throw Corrupt($"it announces {contentSize} bytes and has {content.Length}");
        }

        if (hasChecksum)
        {
            if (frame.Length < ChecksumByteCount
                || BinaryPrimitives.ReadUInt32LittleEndian(frame) != (uint)XxHash64.Hash(content))
            {
                throw Corrupt("its checksum is wrong or missing");
            }

            frame = frame[ChecksumByteCount..];
        }

        if (!frame.IsEmpty)
        {
            throw Corrupt($"{frame.Length} bytes follow it");
        }
    }

    private static SealFormatException Corrupt(string what) => new($"corrupt Zstandard frame: {what}");

    private static (ulong? ContentSize, bool HasChecksum) ReadFrameHeader(ref ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 5 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            throw Corrupt("it does not start with the magic number");
        }

        int descriptor = frame[4];
        bool isSingleSegment = (descriptor & 0x20) != 0;
        if ((descriptor & 8) != 0)
        {
            throw Corrupt("a reserved bit is set");
        }

        if ((descriptor & 3) != 0)
        {
            throw Corrupt("it needs a dictionary, SEAL uses none");
        }

        int sizeBytes = (descriptor >> 6) switch
        {
            0 => isSingleSegment ? 1 : 0,
            1 => 2,
            2 => 4,
            _ => 8,
        };
        int bytes = 5 + (isSingleSegment ? 0 : 1) + sizeBytes;
        if (frame.Length < bytes)
        {
            throw Corrupt("its header is cut off");
        }

        ulong size = 0;
        for (int i = bytes - 1; i >= bytes - sizeBytes; i--)
        {
            size = (size << 8) | frame[i];
        }

        frame = frame[bytes..];
        return (sizeBytes == 0 ? null : sizeBytes == 2 ? size + 256 : size, (descriptor & 4) != 0);
    }

    /// <returns>Whether it was the last block.</returns>
    private static bool DecodeBlock(
        ref ReadOnlySpan<byte> frame, LiteralsSection literals, SequencesSection sequences, BoundedOutput output)
    {
        if (frame.Length < BlockHeaderByteCount)
        {
            throw Corrupt("a block header is cut off");
        }

        int header = frame[0] | (frame[1] << 8) | (frame[2] << 16);
        BlockKind kind = (BlockKind)((header >> 1) & 3);
        int size = header >> 3;
        int stored = kind == BlockKind.Repeated ? 1 : size;
        frame = frame[BlockHeaderByteCount..];
        if (size > LargestBlock || frame.Length < stored)
        {
            throw Corrupt("a block is too large or cut off");
        }

        ReadOnlySpan<byte> block = frame[..stored];
        int start = output.Length;
        switch (kind)
        {
            case BlockKind.Raw:
                block.CopyTo(output.Take(size));
                break;
            case BlockKind.Repeated:
                output.Take(size).Fill(block[0]);
                break;
            case BlockKind.Compressed:
                ReadOnlySpan<byte> decoded = literals.Read(block, out int consumed);
                sequences.Execute(block[consumed..], decoded, output);
                break;
            default:
                throw Corrupt("a block of the reserved kind");
        }

        if (output.Length - start > LargestBlock)
        {
            throw Corrupt("a block decodes to more than 128 KiB");
        }

        frame = frame[stored..];
        return (header & 1) != 0;
    }
}
