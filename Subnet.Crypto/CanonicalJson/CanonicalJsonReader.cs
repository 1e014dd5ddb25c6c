using System.Text;
using System.Text.Unicode;

namespace Subnet.Crypto.CanonicalJson;

/// <summary>
/// Reads restricted canonical JSON and refuses every spelling but the one that <see cref="CanonicalJsonWriter"/> writes, so that
/// what was read writes to the same bytes again and one value has one hash. The top value is an object. Memory and time are linear
/// in the length; nesting is limited.
/// </summary>
public ref struct CanonicalJsonReader
{
    private readonly ReadOnlySpan<byte> text;
    private int at;
    private int depth;

    private CanonicalJsonReader(ReadOnlySpan<byte> text)
    {
        this.text = text;
        at = 0;
        depth = 0;
    }

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="CanonicalJsonException">The bytes are not the canonical form of an object.</exception>
    public static CanonicalObject Read(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            throw new CanonicalJsonException("the text is not UTF-8");
        }

        CanonicalJsonReader reader = new(text);
        CanonicalObject value = reader.ReadObject();
        return reader.at == text.Length ? value : throw reader.Error("something follows the object");
    }

    private readonly CanonicalJsonException Error(string message) => new(message, at);

    private readonly byte Peek() => at < text.Length ? text[at] : throw Error("the text ends too early");

    private void Expect(byte wanted)
    {
        if (Peek() != wanted)
        {
            throw Error($"'{(char)wanted}' expected");
        }

        at++;
    }

    private CanonicalValue ReadValue() => Peek() switch
    {
        (byte)'"' => new CanonicalText(ReadText()),
        (byte)'{' => ReadObject(),
        (byte)'[' => ReadList(),
        (byte)'t' => ReadWord("true"u8, true),
        (byte)'f' => ReadWord("false"u8, false),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => ReadInteger(),
        _ => throw Error("a value expected: text, integer, boolean, object or list (no null, no white space)"),
    };

    private void Enter()
    {
        if (++depth > CanonicalJsonWriter.MaximumDepth)
        {
            throw Error($"objects and lists are nested more than {CanonicalJsonWriter.MaximumDepth} deep");
        }
    }

    private CanonicalObject ReadObject()
    {
        Expect((byte)'{');
        Enter();
        CanonicalObject members = new();
        string? previous = null;
        if (Peek() == '}')
        {
            at++;
            depth--;
            return members;
        }

        while (true)
        {
            string name = ReadName();
            if (previous is not null && string.CompareOrdinal(previous, name) >= 0)
            {
                throw Error($"member '{name}' is out of order or there twice");
            }

            previous = name;
            Expect((byte)':');
            members.AppendInOrder(name, ReadValue());
            if (Peek() == '}')
            {
                at++;
                depth--;
                return members;
            }

            Expect((byte)',');
        }
    }

    private CanonicalList ReadList()
    {
        Expect((byte)'[');
        Enter();
        CanonicalList list = new();
        if (Peek() == ']')
        {
            at++;
            depth--;
            return list;
        }

        while (true)
        {
            list.Add(ReadValue());
            if (Peek() == ']')
            {
                at++;
                depth--;
                return list;
            }

            Expect((byte)',');
        }
    }

    private string ReadName()
    {
        Expect((byte)'"');
        int length = text[at..].IndexOf((byte)'"');
        string name = length < 0 ? throw Error("the text ends too early") : Encoding.UTF8.GetString(text.Slice(at, length));
        if (!CanonicalObject.IsName(name))
        {
            throw Error("a member name is lower-case letters, digits and underscores, and starts with a letter");
        }

        at += length + 1;
        return name;
    }

    private CanonicalBoolean ReadWord(ReadOnlySpan<byte> word, bool value)
    {
        if (!text[at..].StartsWith(word))
        {
            throw Error("true or false expected");
        }

        at += word.Length;
        return new CanonicalBoolean(value);
    }

    private CanonicalInteger ReadInteger()
    {
        int start = at;
        bool negative = text[at] == '-';
        at += negative ? 1 : 0;
        int digits = at;
        long value = 0;
        while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
        {
            value = (value * 10) + (text[at] - '0');
            at++;
            if (value > CanonicalValue.MaximumInteger)
            {
                throw Error("an integer needs more than 53 bits");
            }
        }

        if (at == digits)
        {
            throw Error("digits expected");
        }

        if (text[digits] == '0' && (at > digits + 1 || negative))
        {
            at = start;
            throw Error("an integer has no leading zero and no negative zero");
        }

        return new CanonicalInteger(negative ? -value : value);
    }

    private string ReadText()
    {
        Expect((byte)'"');
        ReadOnlySpan<byte> rest = text[at..];
        int end = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0)
        {
            throw Error("the text ends too early");
        }

        RefuseControl(rest[..end]);
        if (rest[end] == '"')
        {
            at += end + 1;
            return Encoding.UTF8.GetString(rest[..end]);
        }

        StringBuilder built = new();
        while (true)
        {
            built.Append(Encoding.UTF8.GetString(rest[..end]));
            at += end;
            if (rest[end] == '"')
            {
                at++;
                return built.ToString();
            }

            built.Append(ReadEscape());
            rest = text[at..];
            end = rest.IndexOfAny((byte)'"', (byte)'\\');
            if (end < 0)
            {
                throw Error("the text ends too early");
            }

            RefuseControl(rest[..end]);
        }
    }

    private readonly void RefuseControl(ReadOnlySpan<byte> raw)
    {
        if (raw.ContainsAnyInRange((byte)0, (byte)0x1f))
        {
            throw Error("a control byte is not escaped in the text that starts");
        }
    }

    private char ReadEscape()
    {
        at++;
        byte letter = Peek();
        at++;
        switch (letter)
        {
            case (byte)'"':
                return '"';
            case (byte)'\\':
                return '\\';
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'u':
                return ReadControlEscape();
            default:
                throw Error("only quote, backslash and control bytes are escaped");
        }
    }

    private char ReadControlEscape()
    {
        ReadOnlySpan<byte> rest = text[at..];
        if (rest.Length < 4 || !rest.StartsWith("00"u8) || rest[2] is not ((byte)'0' or (byte)'1'))
        {
            throw Error("\\u stands for control bytes only");
        }

        int low = rest[3] switch
        {
            >= (byte)'0' and <= (byte)'9' => rest[3] - '0',
            >= (byte)'a' and <= (byte)'f' => rest[3] - 'a' + 10,
            _ => throw Error("hexadecimal digits are lower case"),
        };
        char value = (char)(((rest[2] - '0') << 4) | low);
        if (value is '\b' or '\f' or '\n' or '\r' or '\t')
        {
            throw Error("this control byte has a short escape");
        }

        at += 4;
        return value;
    }
}
