using System.Buffers;
using System.Text;

namespace Subnet.Health.Rpc;

/// <summary>
/// The form of <c>grpc-message</c> (<c>doc/PROTOCOL-HTTP2.md</c>): UTF-8 in which every byte outside 0x20-0x7E, and the
/// percent sign, is <c>%XX</c>. Decoding never fails: what is not an escape stays as it is.
/// </summary>
internal static class PercentEncoding
{
    private const string Digits = "0123456789ABCDEF";

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b).Where(b => b != '%')]);

    /// <summary>Encodes; an unpaired surrogate becomes U+FFFD.</summary>
    public static string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (!bytes.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        StringBuilder encoded = new(bytes.Length + 16);
        foreach (byte value in bytes)
        {
            if (Plain.Contains(value))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(Digits[value >> 4]).Append(Digits[value & 15]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes; a percent sign without two hex digits stays, bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = (byte)(HexValue(bytes[i + 1]) << 4 | HexValue(bytes[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
