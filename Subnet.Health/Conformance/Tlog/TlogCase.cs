using System.Text.Json;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>One case of a vector file, with the readers of its members.</summary>
internal sealed class TlogCase(string file, JsonElement value)
{
    /// <summary>File and id.</summary>
    public string Name { get; } = $"{file}#{(value.ValueKind == JsonValueKind.Object && value.TryGetProperty("id", out JsonElement id) ? id.ToString() : "without id")}";

    public bool Has(string name) => value.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null;

    public JsonElement Member(string name) =>
        value.TryGetProperty(name, out JsonElement member) ? member : throw new TlogCaseException($"the case has no '{name}'");

    public IEnumerable<JsonProperty> Members => value.EnumerateObject();

    public string Text(string name) => Member(name).ValueKind == JsonValueKind.String ? Member(name).GetString()! : throw Wrong(name, "a text");

    public string? TextOrNull(string name) => Has(name) ? Text(name) : null;

    public bool Boolean(string name) => Member(name).ValueKind is JsonValueKind.True or JsonValueKind.False ? Member(name).GetBoolean() : throw Wrong(name, "a boolean");

    /// <summary>An integer, or null if it does not fit 64 bits: such a size or index must be refused, not fail the reader.</summary>
    public long? Integer(string name) => Member(name).ValueKind != JsonValueKind.Number ? throw Wrong(name, "a number")
        : Member(name).TryGetInt64(out long number) ? number : null;

    public long RequiredInteger(string name) => Integer(name) ?? throw Wrong(name, "a number of 64 bits");

    public byte[] Hex(string name)
    {
        try
        {
            return Convert.FromHexString(Text(name));
        }
        catch (FormatException)
        {
            throw Wrong(name, "hexadecimal");
        }
    }

    public byte[] Base64(string name) => DecodeBase64(Text(name), name);

    /// <summary>A hash; null if the text is not canonical base64 of 32 bytes, or there is none: such a hash must be refused, not fail the reader.</summary>
    public TreeHash? Hash(string name) => TreeHash.TryParseBase64(TextOrNull(name) ?? "", out TreeHash hash) ? hash : null;

    /// <summary>The hashes of a list; null if one is not canonical base64 of 32 bytes. A JSON null is an empty list.</summary>
    public TreeHash[]? Hashes(string name)
    {
        List<TreeHash> hashes = [];
        foreach (string text in Texts(name))
        {
            if (!TreeHash.TryParseBase64(text, out TreeHash hash))
            {
                return null;
            }

            hashes.Add(hash);
        }

        return [.. hashes];
    }

    public string[] Texts(string name)
    {
        JsonElement list = Member(name);
        return list.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array => [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "a list of texts"))],
            _ => throw Wrong(name, "a list"),
        };
    }

    public VerifierKey[] Keys(string name) => [.. Texts(name).Select(VerifierKey.Parse)];

    public static TlogCaseException Wrong(string name, string wanted) => new($"'{name}' is not {wanted}");

    private static byte[] DecodeBase64(string text, string name)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw Wrong(name, "base64");
        }
    }
}
