using System.Buffers;

namespace Subnet.Crypto.Identity;

/// <summary>Base58 with Bitcoin's alphabet, for short byte strings (the conversion is quadratic in the length).</summary>
internal static class Base58
{
    /// <summary>Longest byte string taken, so that the quadratic conversion stays short.</summary>
    internal const int MaxByteCount = 128;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);

    /// <summary>Writes <paramref name="bytes"/> in base 58; each leading zero byte becomes one leading '1'.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxByteCount"/> bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxByteCount)
        {
            throw new ArgumentException($"at most {MaxByteCount} bytes, not {bytes.Length}", nameof(bytes));
        }

        int zeros = bytes.IndexOfAnyExcept((byte)0);
        zeros = zeros < 0 ? bytes.Length : zeros;

        // log(256) / log(58) < 1.37 digits a byte; digits[0] is the least significant.
        Span<byte> digits = stackalloc byte[(MaxByteCount * 137 / 100) + 1];
        int count = 0;
        foreach (byte value in bytes[zeros..])
        {
            int carry = value;
            for (int i = 0; i < count; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }

            for (; carry > 0; carry /= 58)
            {
                digits[count++] = (byte)(carry % 58);
            }
        }

        Span<char> text = stackalloc char[zeros + count];
        text[..zeros].Fill('1');
        for (int i = 0; i < count; i++)
        {
            text[zeros + i] = Alphabet[digits[count - 1 - i]];
        }

        return new string(text);
    }

    /// <summary>Reads <paramref name="text"/>; false for a foreign character or a result longer than <paramref name="destination"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.ContainsAnyExcept(Digits))
        {
            return false;
        }

        int zeros = text.IndexOfAnyExcept('1');
        zeros = zeros < 0 ? text.Length : zeros;
        int count = 0;
        foreach (char letter in text[zeros..])
        {
            int carry = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            for (int i = 0; i < count; i++)
            {
                carry += destination[i] * 58;
                destination[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8)
            {
                if (count == destination.Length)
                {
                    return false;
                }

                destination[count++] = (byte)carry;
            }
        }

        if (zeros + count > destination.Length)
        {
            return false;
        }

        destination[..count].Reverse();
        destination[..count].CopyTo(destination[zeros..]);
        destination[..zeros].Clear();
        written = zeros + count;
        return true;
    }
}
