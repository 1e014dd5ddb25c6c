using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>One case of a vector file, with members read by name; a missing or misshapen one raises <see cref="VectorFormatException"/>.</summary>
internal readonly struct VectorCase(JsonElement element, string file)
{
    /// <summary>The case's id, or its place where it has none.</summary>
    public string Id { get; } = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id", out JsonElement id) ? id.ToString() : "(no id)";

    /// <summary>File and id, as a report names the case.</summary>
    public string Name => $"{file}: {Id}";

    /// <summary>Whether the case has the member.</summary>
    public bool Has(string name) => element.TryGetProperty(name, out _);

    /// <summary>A nested object.</summary>
    public VectorCase Object(string name) => new(Member(name, JsonValueKind.Object), file);

    /// <summary>A nested list.</summary>
    public IEnumerable<JsonElement> List(string name) => Member(name, JsonValueKind.Array).EnumerateArray();

    /// <summary>A nested list of objects.</summary>
    public IEnumerable<VectorCase> Objects(string name)
    {
        string from = file;
        return List(name).Select(item => new VectorCase(item, from));
    }

    /// <summary>A text.</summary>
    public string Text(string name) => Member(name, JsonValueKind.String).GetString()!;

    /// <summary>A byte string in hex.</summary>
    public byte[] Hex(string name)
    {
        string text = Text(name);
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new VectorFormatException($"'{name}' is not hex");
        }
    }

    /// <summary>An integer that fits the type.</summary>
    public long Integer(string name) => Member(name, JsonValueKind.Number).TryGetInt64(out long value)
        ? value
        : throw new VectorFormatException($"'{name}' is not a 64-bit integer");

    /// <summary>An integer from 0 to 2^64 - 1.</summary>
    public ulong Unsigned(string name) => Member(name, JsonValueKind.Number).TryGetUInt64(out ulong value)
        ? value
        : throw new VectorFormatException($"'{name}' is not an unsigned 64-bit integer");

    /// <summary>An integer of any size.</summary>
    public BigInteger BigInteger(string name) =>
        System.Numerics.BigInteger.TryParse(Member(name, JsonValueKind.Number).GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value)
            ? value
            : throw new VectorFormatException($"'{name}' is not an integer");

    /// <summary>The members of a nested object.</summary>
    public IEnumerable<JsonProperty> Properties(string name) => Member(name, JsonValueKind.Object).EnumerateObject();

    /// <summary>An integer from 0 to 2^31 - 1.</summary>
    public int Count(string name)
    {
        long value = Integer(name);
        return value is >= 0 and <= int.MaxValue ? (int)value : throw new VectorFormatException($"'{name}' is out of range");
    }

    /// <summary>true or false.</summary>
    public bool Flag(string name)
    {
        JsonElement member = Member(name);
        return member.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new VectorFormatException($"'{name}' is neither true nor false"),
        };
    }

    /// <summary>A list of integers.</summary>
    public long[] Integers(string name) => Row(Member(name, JsonValueKind.Array), name);

    /// <summary>A list of lists of integers.</summary>
    public long[][] Rows(string name) => [.. List(name).Select(row => Row(row, name))];

    private static long[] Row(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new VectorFormatException($"'{name}' is not a list");
        }

        return [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long value)
            ? value
            : throw new VectorFormatException(string.Create(CultureInfo.InvariantCulture, $"'{name}' has an entry that is no 64-bit integer")))];
    }

    private JsonElement Member(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member)
            ? member
            : throw new VectorFormatException($"lacks '{name}'");

    private JsonElement Member(string name, JsonValueKind kind)
    {
        JsonElement member = Member(name);
        return member.ValueKind == kind ? member : throw new VectorFormatException($"'{name}' is not of kind {kind}");
    }
}
