using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Subnet.Health.Review.Verification;

/// <summary>A hash of 32 bytes as a value: a quarter of the memory of its hexadecimal text.</summary>
internal readonly record struct UInt256(UInt128 Upper, UInt128 Lower)
{
    /// <summary>Length in bytes.</summary>
    public const int ByteCount = 32;

    /// <summary>Reads 64 hexadecimal digits; zero for null. Of a text that is no hash, which a log outside the schema may have, the hash of the text.</summary>
    public static UInt256 OfHex(string? hex)
    {
        if (hex is null)
        {
            return default;
        }

        return hex.Length == 2 * ByteCount
            && UInt128.TryParse(hex.AsSpan(0, ByteCount), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 upper)
            && UInt128.TryParse(hex.AsSpan(ByteCount), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 lower)
            ? new UInt256(upper, lower)
            : Read(SHA256.HashData(Encoding.UTF8.GetBytes(hex)));
    }

    /// <summary>Reads 32 bytes.</summary>
    public static UInt256 Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Upper);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Lower);
    }
}
