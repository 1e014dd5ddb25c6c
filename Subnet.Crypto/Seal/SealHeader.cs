using System.Buffers.Binary;

namespace Subnet.Crypto.Seal;

/// <summary>The 16 bytes in front of every object and of several nested ones (seal-format 1).</summary>
/// <param name="Major">Major version, 4.</param>
/// <param name="Minor">Minor version, 0 to 4 when read and 1 when written.</param>
/// <param name="Compression">How the payload is compressed.</param>
/// <param name="Size">Bytes of header and (compressed) payload together, as the file claims.</param>
public readonly record struct SealHeader(byte Major, byte Minor, SealCompression Compression, ulong Size)
{
    /// <summary>Bytes of a header.</summary>
    public const int ByteCount = 16;

    /// <summary>The newest minor version of SEAL 4 that is read.</summary>
    public const byte NewestMinor = 4;

    private const ushort Magic = 0xA15E;
    private const byte WrittenMajor = 4;
    private const byte WrittenMinor = 1;

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="SealFormatException">Too few bytes, wrong magic, header size, version or compression mode.</exception>
    public static SealHeader Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < ByteCount)
        {
            throw new SealFormatException($"a header has {ByteCount} bytes, only {source.Length} are there");
        }

        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(source);
        if (magic != Magic)
        {
            throw new SealFormatException($"not a SEAL object: it starts with {magic:x4}, not {Magic:x4}");
        }

        if (source[2] != ByteCount)
        {
            throw new SealFormatException($"the header claims {source[2]} bytes, not {ByteCount}");
        }

        (byte major, byte minor) = (source[3], source[4]);
        if (major != WrittenMajor || minor > NewestMinor)
        {
            throw new SealFormatException($"written by SEAL {major}.{minor}; versions 4.0 to 4.{NewestMinor} can be read");
        }

        if (source[5] > (byte)SealCompression.Zstandard)
        {
            throw new SealFormatException($"compression mode {source[5]} is unknown; 0 (none), 1 (zlib) and 2 (Zstandard) can be read");
        }

        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]);
        if (size < ByteCount)
        {
            throw new SealFormatException($"the object claims {size} bytes, fewer than its header has");
        }

        return new SealHeader(major, minor, (SealCompression)source[5], size);
    }

    /// <summary>Writes the header of an object of <paramref name="size"/> bytes, header included, as SEAL 4.1.</summary>
    public static void Write(Span<byte> destination, SealCompression compression, ulong size)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Magic);
        destination[2] = ByteCount;
        destination[3] = WrittenMajor;
        destination[4] = WrittenMinor;
        destination[5] = (byte)compression;
        destination[6] = 0;
        destination[7] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], size);
    }
}
