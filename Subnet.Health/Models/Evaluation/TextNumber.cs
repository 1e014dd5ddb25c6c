namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// Reads a number out of text as ML.NET's own parser does, which differs from the platform's: empty text is 0, the words are
/// case sensitive, and blanks in front are let through only before a single digit.
/// </summary>
internal static class TextNumber
{
    // Beyond these the parser's table of powers ends, and the number is infinite or 0.
    private const int LargestPower = 39;
    private const int SmallestPower = -65;
    private const ulong LargestMantissa = (ulong.MaxValue - 9) / 10;

    /// <summary>The number, rounded to single precision; NaN where the text is none.</summary>
    public static float Parse(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> body = text.TrimStart();
        if (body.IsEmpty)
        {
            return 0;
        }

        bool isDigit = body is [>= '0' and <= '9'];
        if (isDigit)
        {
            return body[0] - '0';
        }

        // What the parser has read it takes to begin at the start of the text, so that with blanks before it some is left over.
        return body.Length < text.Length ? float.NaN : Number(body.TrimEnd());
    }

    private static float Number(ReadOnlySpan<char> text)
    {
        switch (text)
        {
            case "Infinity" or "\u221E":
                return float.PositiveInfinity;
            case "-Infinity" or "-\u221E":
                return float.NegativeInfinity;
        }

        int at = text[0] is '+' or '-' ? 1 : 0;
        ulong mantissa = 0;
        long power = 0;
        int digits = Digits(text, ref at, ref mantissa, ref power, afterPoint: false);
        if (at < text.Length && text[at] == '.')
        {
            at++;
            digits += Digits(text, ref at, ref mantissa, ref power, afterPoint: true);
        }

        if (digits == 0 || !Exponent(text, ref at, ref power) || at != text.Length)
        {
            return float.NaN;
        }

        float value = Scale(mantissa, power);
        return text[0] == '-' ? -value : value;
    }

    private static int Digits(ReadOnlySpan<char> text, ref int at, ref ulong mantissa, ref long power, bool afterPoint)
    {
        int start = at;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            bool fits = mantissa < LargestMantissa;
            mantissa = fits ? (10 * mantissa) + (ulong)(text[at] - '0') : mantissa;
            power += afterPoint ? fits ? -1 : 0 : fits ? 0 : 1;
        }

        return at - start;
    }

    private static bool Exponent(ReadOnlySpan<char> text, ref int at, ref long power)
    {
        if (at == text.Length)
        {
            return true;
        }

        if (text[at] is not ('e' or 'E'))
        {
            return false;
        }

        at++;
        bool negative = at < text.Length && text[at] == '-';
        at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
        int start = at;
        long exponent = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            exponent = Math.Min((10 * exponent) + (text[at] - '0'), int.MaxValue);
        }

        power += negative ? -exponent : exponent;
        return at > start;
    }

    private static float Scale(ulong mantissa, long power) =>
        mantissa == 0 || power < SmallestPower ? 0
        : power > LargestPower ? float.PositiveInfinity
        : (float)(mantissa * Math.Pow(10, power));
}
