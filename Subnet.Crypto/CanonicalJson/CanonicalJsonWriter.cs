using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Subnet.Crypto.CanonicalJson;

/// <summary>
/// Writes the one spelling of a value in restricted canonical JSON (design/audit-log.md section 6): no white space, members in
/// order of their names, only <c>"</c>, <c>\</c> and bytes below 0x20 escaped, everything else raw UTF-8, no final line feed.
/// </summary>
public static class CanonicalJsonWriter
{
    /// <summary>Objects and lists inside each other, at most.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The canonical bytes of an object.</summary>
    /// <exception cref="CanonicalJsonException">A value has no canonical form: a lone surrogate, an integer over 53 bits, too deep.</exception>
    public static byte[] Write(CanonicalObject value)
    {
        ArrayBufferWriter<byte> output = new(256);
        Write(value, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes the canonical bytes of an object or a list to <paramref name="output"/>.</summary>
    /// <exception cref="CanonicalJsonException">As above; part of the bytes may have been written then.</exception>
    public static void Write(CanonicalValue value, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(output);
        WriteValue(value, output, 0);
    }

    private static void WriteValue(CanonicalValue value, IBufferWriter<byte> output, int depth)
    {
        switch (value)
        {
            case CanonicalText text:
                WriteText(text.Value, output);
                break;
            case CanonicalInteger integer:
                WriteInteger(integer.Value, output);
                break;
            case CanonicalBoolean boolean:
                output.Write(boolean.Value ? "true"u8 : "false"u8);
                break;
            case CanonicalObject members:
                WriteObject(members, output, Deeper(depth));
                break;
            case CanonicalList list:
                WriteList(list, output, Deeper(depth));
                break;
            default:
                throw new CanonicalJsonException($"a {value.Kind} cannot be written");
        }
    }

    private static int Deeper(int depth) =>
        depth < MaximumDepth ? depth + 1 : throw new CanonicalJsonException($"objects and lists are nested more than {MaximumDepth} deep");

    private static void WriteObject(CanonicalObject members, IBufferWriter<byte> output, int depth)
    {
        output.Write("{"u8);
        bool first = true;
        foreach ((string name, CanonicalValue value) in members)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            WriteText(name, output);
            output.Write(":"u8);
            WriteValue(value, output, depth);
        }

        output.Write("}"u8);
    }

    private static void WriteList(CanonicalList list, IBufferWriter<byte> output, int depth)
    {
        output.Write("["u8);
        for (int i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            WriteValue(list[i], output, depth);
        }

        output.Write("]"u8);
    }

    private static void WriteInteger(long value, IBufferWriter<byte> output)
    {
        if (value is > CanonicalValue.MaximumInteger or < -CanonicalValue.MaximumInteger)
        {
            throw new CanonicalJsonException("an integer needs more than 53 bits; write it as a text");
        }

        Span<byte> digits = output.GetSpan(20);
        Utf8Formatter.TryFormat(value, digits, out int length);
        output.Advance(length);
    }

    private static void WriteText(string text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            int plain = IndexOfEscaped(rest);
            WriteRaw(plain < 0 ? rest : rest[..plain], output);
            if (plain < 0)
            {
                break;
            }

            WriteEscape(rest[plain], output);
            rest = rest[(plain + 1)..];
        }

        output.Write("\""u8);
    }

    private static int IndexOfEscaped(ReadOnlySpan<char> text)
    {
        int control = text.IndexOfAnyInRange('\0', '\x1f');
        int mark = text.IndexOfAny('"', '\\');
        return control < 0 ? mark : mark < 0 ? control : Math.Min(control, mark);
    }

    private static void WriteRaw(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        Span<byte> space = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        if (System.Text.Unicode.Utf8.FromUtf16(text, space, out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new CanonicalJsonException("a text holds half of a surrogate pair");
        }

        output.Advance(written);
    }

    private static void WriteEscape(char letter, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
        switch (letter)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\b':
                output.Write("\\b"u8);
                break;
            case '\f':
                output.Write("\\f"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            default:
                output.Write("\\u00"u8);
                output.Write([hex[letter >> 4], hex[letter & 15]]);
                break;
        }
    }
}
