using System.Buffers.Binary;
using System.IO.Compression;

namespace Subnet.Health.Web.Charts;

/// <summary>
/// A matrix as a picture of one pixel a cell (PNG, palette of ten colours, ISO/IEC 15948): half a million cells are a few kilobytes.
/// </summary>
internal static class PngRaster
{
    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    // The steps of the style sheet's q0 to q9; the last marks cells that were clipped.
    private static ReadOnlySpan<byte> Palette =>
    [
        0xee, 0xf3, 0xf4, 0xd5, 0xea, 0xe7, 0xb3, 0xda, 0xd4, 0x8c, 0xc7, 0xbf, 0x63, 0xb1, 0xa8, 0x3e, 0x99, 0x8f, 0x21, 0x80, 0x77, 0x0f, 0x66, 0x5f,
        0x09, 0x4c, 0x47, 0x05, 0x34, 0x31, 0xc2, 0x66, 0x0c,
    ];

    /// <summary>The file.</summary>
    /// <param name="width">Columns, 1 to 32768.</param>
    /// <param name="height">Rows, 1 to 32768.</param>
    /// <param name="pixels">Steps 0 to 10, row by row.</param>
    /// <exception cref="ArgumentException">Not one pixel a cell.</exception>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != width * height)
        {
            throw new ArgumentException($"{pixels.Length} pixels for {width} x {height} cells", nameof(pixels));
        }

        using MemoryStream file = new();
        file.Write(Signature);
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 3);
        Chunk(file, "IHDR"u8, head);
        Chunk(file, "PLTE"u8, Palette);
        using MemoryStream data = new();
        using (ZLibStream compressed = new(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
            {
                compressed.WriteByte(0);
                compressed.Write(pixels.Slice(row * width, width));
            }
        }

        Chunk(file, "IDAT"u8, data.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xedb88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
