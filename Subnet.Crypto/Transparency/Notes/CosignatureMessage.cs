using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Subnet.Crypto.Identity;

namespace Subnet.Crypto.Transparency.Notes;

/// <summary>The bytes of a cosignature/v1: be64(time) || Ed25519(header || checkpoint text). Times are seconds since 1970, below 2^63.</summary>
internal static class CosignatureMessage
{
    public const int ByteCount = 8 + Ed25519.SignatureByteCount;

    public static byte[] Build(long seconds, ReadOnlySpan<byte> checkpointText)
    {
        byte[] header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n"));
        return [.. header, .. checkpointText];
    }

    public static bool TrySplit(ReadOnlySpan<byte> bytes, out long seconds, out ReadOnlySpan<byte> signature)
    {
        seconds = 0;
        signature = default;
        if (bytes.Length != ByteCount)
        {
            return false;
        }

        seconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        signature = bytes[8..];
        return seconds >= 0;
    }
}
