using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subnet.Health.Conformance.Seal;

/// <summary>
/// Objects that a manifest names without storing them: a note tells how to make them, as in
/// <c>mul_relin = relinearize(multiply(ct_a,ct_b)), not stored</c>. A number among the arguments is the step, exponent or Galois element.
/// </summary>
internal static partial class SealNotes
{
    private const int DeepestNesting = 16;

    /// <summary>Carries out one call of a note.</summary>
    public delegate object Call(string operation, IReadOnlyList<object> arguments, int? number, JsonElement op);

    /// <summary>An object by name: stored, or defined by the note of an operation.</summary>
    /// <exception cref="KeyNotFoundException">It is neither.</exception>
    /// <exception cref="FormatException">The note cannot be read.</exception>
    public static object Resolve(string name, JsonElement op, SealSet set, Call call) => Resolve(name, op, set, call, 0);

    [GeneratedRegex(@"\b(\w+)\s*=\s*(\w+\([\w(), -]*\))")]
    private static partial Regex Definition();

    private static object Resolve(string name, JsonElement op, SealSet set, Call call, int depth)
    {
        if (set.TryFind(name) is { } stored)
        {
            return stored;
        }

        foreach (Match definition in Definition().Matches(Json.OptionalText(op, "note") ?? ""))
        {
            if (definition.Groups[1].Value == name)
            {
                string expression = definition.Groups[2].Value;
                return Evaluate(ref expression, op, set, call, depth + 1);
            }
        }

        throw new KeyNotFoundException($"the set has no object '{name}' that could be read, and no note says how to make it");
    }

    /// <summary>Evaluates <c>name</c> or <c>operation(argument, ...)</c> from the start of a text and takes it off.</summary>
    private static object Evaluate(ref string text, JsonElement op, SealSet set, Call call, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new FormatException($"the note nests more than {DeepestNesting} calls, or defines a name by itself");
        }

        string name = TakeName(ref text);
        if (!text.StartsWith('('))
        {
            return Resolve(name, op, set, call, depth);
        }

        List<object> arguments = [];
        int? number = null;
        do
        {
            text = text[1..].TrimStart();
            if (text.StartsWith('-') || (text.Length > 0 && char.IsAsciiDigit(text[0])))
            {
                number = number is null ? TakeNumber(ref text) : throw new FormatException($"a second number stands before '{text}'");
            }
            else
            {
                arguments.Add(Evaluate(ref text, op, set, call, depth + 1));
            }
        }
        while (text.StartsWith(','));
        text = text.StartsWith(')') ? text[1..].TrimStart() : throw new FormatException($"a ')' is missing before '{text}'");
        return call(name, arguments, number, op);
    }

    private static string TakeName(ref string text)
    {
        string trimmed = text.TrimStart();
        string name = new([.. trimmed.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_')]);
        text = name.Length > 0 ? trimmed[name.Length..].TrimStart() : throw new FormatException($"a name is missing before '{trimmed}'");
        return name;
    }

    private static int TakeNumber(ref string text)
    {
        int length = 1 + text.Skip(1).TakeWhile(char.IsAsciiDigit).Count();
        int number = int.Parse(text.AsSpan(0, length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        text = text[length..].TrimStart();
        return number;
    }
}
