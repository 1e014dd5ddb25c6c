using System.Text.Encodings.Web;
using System.Text.Json;
using Subnet.Crypto.Transparency;

namespace Subnet.Health.Review.Bundles;

/// <summary>
/// A run of entries of a log in one file that a reviewer checks with nothing but public keys (design/audit-log.md section 8). Keys
/// inside would prove nothing, so there are none.
/// </summary>
internal sealed class AuditBundle
{
    /// <summary>The value of <c>format</c>.</summary>
    public const string Format = "audit-bundle/1";

    /// <summary>Media type of a bundle.</summary>
    public const string MediaType = "application/vnd.audit-bundle+json";

    /// <summary>Items, at most; a wider span goes as several bundles under one checkpoint.</summary>
    public const int MaximumItems = 100_000;

    /// <summary>Length of a bundle in bytes, at most: every item an entry of the longest kind with its escapes.</summary>
    public const long MaximumBytes = 1L << 30;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The signed checkpoint.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Index of the first item in the log.</summary>
    public required long Lo { get; init; }

    /// <summary>The run of entries and hashes.</summary>
    public required IReadOnlyList<BundleItem> Items { get; init; }

    /// <summary>Range proof of the run in the checkpoint's tree.</summary>
    public required IReadOnlyList<TreeHash> Proof { get; init; }

    /// <summary>An earlier checkpoint with the proof that the newer one extends it, or null.</summary>
    public OlderCheckpoint? Older { get; init; }

    /// <summary>Reads a bundle. Members that are unknown, missing, there twice or of another type are refused.</summary>
    /// <exception cref="TransparencyException">The bytes are not of this format.</exception>
    public static AuditBundle Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new TransparencyException($"a bundle is JSON without repeated members: {malformed.Message}");
        }
    }

    /// <summary>Writes the bundle as UTF-8 JSON.</summary>
    public void Write(Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using Utf8JsonWriter writer = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteString("checkpoint", Checkpoint);
        writer.WriteNumber("lo", Lo);
        writer.WriteStartArray("items");
        foreach (BundleItem item in Items)
        {
            writer.WriteStartObject();
            writer.WriteString(item.Entry is null ? "leaf" : "entry", item.Entry ?? item.Leaf.ToBase64());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteProof(writer, Proof);
        if (Older is not null)
        {
            writer.WriteStartObject("older");
            writer.WriteString("checkpoint", Older.Checkpoint);
            WriteProof(writer, Older.Proof);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteProof(Utf8JsonWriter writer, IReadOnlyList<TreeHash> proof)
    {
        writer.WriteStartArray("proof");
        foreach (TreeHash hash in proof)
        {
            writer.WriteStringValue(hash.ToBase64());
        }

        writer.WriteEndArray();
    }

    private static AuditBundle Read(JsonElement value)
    {
        Dictionary<string, JsonElement> members = Members(value, "the bundle", ["format", "checkpoint", "lo", "items", "proof"], ["older"]);
        if (Text(members["format"], "format") != Format)
        {
            throw new TransparencyException($"the format is not '{Format}'");
        }

        if (members["lo"].ValueKind != JsonValueKind.Number || !members["lo"].TryGetInt64(out long lo) || lo < 0)
        {
            throw new TransparencyException("'lo' is not an index");
        }

        return new AuditBundle
        {
            Checkpoint = Text(members["checkpoint"], "checkpoint"),
            Lo = lo,
            Items = List(members["items"], "items", MaximumItems, ReadItem),
            Proof = List(members["proof"], "proof", 200, element => Hash(element, "proof")),
            Older = members.TryGetValue("older", out JsonElement older) ? ReadOlder(older) : null,
        };
    }

    private static BundleItem ReadItem(JsonElement value)
    {
        Dictionary<string, JsonElement> members = Members(value, "an item", [], ["leaf", "entry"]);
        if (members.Count != 1)
        {
            throw new TransparencyException("an item is either an entry or a leaf hash");
        }

        return members.TryGetValue("entry", out JsonElement entry)
            ? BundleItem.Disclosed(Text(entry, "entry"))
            : BundleItem.Withheld(Hash(members["leaf"], "leaf"));
    }

    private static OlderCheckpoint ReadOlder(JsonElement value)
    {
        Dictionary<string, JsonElement> members = Members(value, "'older'", ["checkpoint", "proof"], []);
        return new OlderCheckpoint(
            Text(members["checkpoint"], "checkpoint"),
            List(members["proof"], "proof", 200, element => Hash(element, "proof")));
    }

    private static Dictionary<string, JsonElement> Members(JsonElement value, string what, string[] wanted, string[] allowed)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new TransparencyException($"{what} is not an object");
        }

        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!wanted.Contains(member.Name) && !allowed.Contains(member.Name))
            {
                throw new TransparencyException($"{what} has the unknown member '{member.Name}'");
            }

            members.Add(member.Name, member.Value);
        }

        string? missing = Array.Find(wanted, name => !members.ContainsKey(name));
        return missing is null ? members : throw new TransparencyException($"{what} lacks '{missing}'");
    }

    private static string Text(JsonElement value, string name)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new TransparencyException($"'{name}' is not a text");
        }
        catch (InvalidOperationException)
        {
            throw new TransparencyException($"'{name}' holds half of a surrogate pair");
        }
    }

    private static TreeHash Hash(JsonElement value, string name) =>
        TreeHash.TryParseBase64(Text(value, name), out TreeHash hash) ? hash : throw new TransparencyException($"'{name}' is not base64 of 32 bytes");

    private static T[] List<T>(JsonElement value, string name, int maximum, Func<JsonElement, T> read)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maximum)
        {
            throw new TransparencyException($"'{name}' is not a list of at most {maximum}");
        }

        return [.. value.EnumerateArray().Select(read)];
    }
}
