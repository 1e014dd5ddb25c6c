using System.Buffers.Binary;

namespace Subnet.Crypto.Transparency.Tiles;

/// <summary>Entry bundles: for each entry its length as two big-endian bytes, then the entry. At most 256 entries.</summary>
public static class EntryBundle
{
    /// <summary>Length of an entry in bytes, at most.</summary>
    public const int MaximumEntryBytes = ushort.MaxValue;

    /// <summary>Length of a full bundle in bytes, at most; a reader need not read further.</summary>
    public const int MaximumBytes = TileId.FullWidth * (2 + MaximumEntryBytes);

    /// <summary>The entries of a bundle, as parts of <paramref name="bytes"/>.</summary>
    /// <exception cref="TransparencyException">The bytes are not exactly <paramref name="width"/> entries.</exception>
    public static ReadOnlyMemory<byte>[] Parse(ReadOnlyMemory<byte> bytes, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, TileId.FullWidth);
        ReadOnlyMemory<byte>[] entries = new ReadOnlyMemory<byte>[width];
        int at = 0;
        for (int i = 0; i < width; i++)
        {
            int length = bytes.Length - at < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[at..]);
            if (length > bytes.Length - at - 2)
            {
                throw new TransparencyException($"the bundle ends inside entry {i} of {width}");
            }

            entries[i] = bytes.Slice(at + 2, length);
            at += 2 + length;
        }

        return at == bytes.Length ? entries : throw new TransparencyException($"{bytes.Length - at} bytes follow the {width} entries of the bundle");
    }

    /// <summary>
    /// The first <paramref name="width"/> entries of a bundle of that width or, where a source gives the full one for a partial one that is
    /// gone, of 256.
    /// </summary>
    /// <exception cref="TransparencyException">The bytes are neither.</exception>
    public static ReadOnlyMemory<byte>[] ParsePrefix(ReadOnlyMemory<byte> bytes, int width)
    {
        int at = 0;
        for (int i = 0; i < width && bytes.Length - at >= 2; i++)
        {
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes.Span[at..]);
        }

        return at < bytes.Length ? Parse(bytes, TileId.FullWidth)[..width] : Parse(bytes, width);
    }

    /// <summary>The bytes of a bundle.</summary>
    /// <exception cref="ArgumentException">An entry is longer than 65535 bytes, or there are more than 256.</exception>
    public static byte[] Write(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, TileId.FullWidth, nameof(entries));
        byte[] bytes = new byte[entries.Sum(entry => 2 + entry.Length)];
        int at = 0;
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            if (entry.Length > MaximumEntryBytes)
            {
                throw new ArgumentException($"an entry has at most {MaximumEntryBytes} bytes, not {entry.Length}", nameof(entries));
            }

            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)entry.Length);
            entry.Span.CopyTo(bytes.AsSpan(at + 2));
            at += 2 + entry.Length;
        }

        return bytes;
    }
}
