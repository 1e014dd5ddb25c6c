using System.Buffers;

namespace Subnet.Crypto.Identity;

/// <summary>Base58 with Bitcoin's alphabet, for short byte strings (the conversion is quadratic in the length).</summary>
internal static class Base58
{
    /// <summary>Longest byte string taken, so that the quadratic conversion stays short.</summary>
    internal const int MaxByteCount = 128;

    private const int LimbDigits = 5;
    private const ulong LimbBase = 656_356_768;

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

        // Four bytes and five digits at a time: pages write thousands of addresses. log(2^32) / log(58^5) < 1.1 limbs a word; limbs[0] is the least significant.
        Span<uint> limbs = stackalloc uint[(MaxByteCount / 4 * 11 / 10) + 2];
        int count = 0;
        ReadOnlySpan<byte> rest = bytes[zeros..];
        for (int width = rest.Length % 4 is > 0 and int odd ? odd : Math.Min(4, rest.Length); rest.Length > 0; width = 4)
        {
            ulong carry = 0;
            foreach (byte value in rest[..width])
            {
                carry = (carry << 8) | value;
            }

            for (int i = 0; i < count; i++)
            {
                carry += (ulong)limbs[i] << (8 * width);
                (carry, ulong limb) = Math.DivRem(carry, LimbBase);
                limbs[i] = (uint)limb;
            }

            for (; carry > 0; carry /= LimbBase)
            {
                limbs[count++] = (uint)(carry % LimbBase);
            }

            rest = rest[width..];
        }

        Span<char> digits = stackalloc char[limbs.Length * LimbDigits];
        for (int i = 0; i < count; i++)
        {
            uint limb = limbs[i];
            for (int d = 0; d < LimbDigits; d++)
            {
                (limb, uint digit) = Math.DivRem(limb, 58);
                digits[digits.Length - 1 - (i * LimbDigits) - d] = Alphabet[(int)digit];
            }
        }

        ReadOnlySpan<char> written = digits[(digits.Length - (count * LimbDigits))..].TrimStart('1');
        Span<char> text = stackalloc char[zeros + written.Length];
        text[..zeros].Fill('1');
        written.CopyTo(text[zeros..]);
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
