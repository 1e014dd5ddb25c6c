using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.Transparency;

/// <summary>
/// Base64 of RFC 4648 section 4 with padding, read strictly: no white space, and the unused bits of the last letter are zero, so that one
/// value has one spelling.
/// </summary>
internal static class StrictBase64
{
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 != 0)
        {
            return false;
        }

        byte[] buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, buffer, out int length))
        {
            return false;
        }

        bytes = buffer[..length];

        // The platform's decoder skips white space and ignores unused bits; encoding again shows both.
        return text.SequenceEqual(Convert.ToBase64String(bytes));
    }

    public static bool TryDecodeHash(ReadOnlySpan<char> text, out TreeHash hash)
    {
        hash = default;
        if (text.Length != 44 || !TryDecode(text, out byte[]? bytes) || bytes.Length != TreeHash.ByteCount)
        {
            return false;
        }

        hash = new TreeHash(bytes);
        return true;
    }
}
