namespace Subnet.Crypto.Transparency;

/// <summary>Decimal sizes and indices as the formats write them: ASCII digits, no leading zero, below 2^63.</summary>
internal static class StrictDecimal
{
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > 19 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        UInt128 sum = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '9')
            {
                return false;
            }

            sum = (sum * 10) + (uint)(digit - '0');
        }

        if (sum > long.MaxValue)
        {
            return false;
        }

        value = (long)sum;
        return true;
    }
}
