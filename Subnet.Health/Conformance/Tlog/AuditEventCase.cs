using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Health.Review.Export;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>Replays the example of an exported entry: the whole resource must come out, member for member.</summary>
internal static class AuditEventCase
{
    public static string? Replay(TlogCase c)
    {
        byte[] entry = Encoding.UTF8.GetBytes(c.Text("entry"));
        TreeHash leaf = TreeHash.OfLeaf(entry);
        if (leaf.ToBase64() != c.Text("leaf"))
        {
            return $"the leaf hash is {leaf.ToBase64()}";
        }

        // The deployment's base, origin, index and size are settings of the example; the resource itself says them.
        JsonElement wanted = c.Member("auditEvent");
        string index = ExtensionValue(wanted, "log-index", out string canonicalBase);
        string size = ExtensionValue(wanted, "checkpoint-size", out _);
        string origin = wanted.GetProperty("source").GetProperty("observer").GetProperty("identifier").GetProperty("value").GetString()!;
        FhirAuditEvent export = new(origin, long.Parse(size, CultureInfo.InvariantCulture), canonicalBase);
        JsonObject got = export.Write(CanonicalJsonReader.Read(entry), long.Parse(index, CultureInfo.InvariantCulture), leaf);
        return JsonNode.DeepEquals(got, JsonNode.Parse(wanted.GetRawText())) ? null : $"another resource: {got.ToJsonString()}";
    }

    private static string ExtensionValue(JsonElement resource, string name, out string canonicalBase)
    {
        string suffix = $"/StructureDefinition/{name}";
        foreach (JsonElement extension in resource.GetProperty("extension").EnumerateArray())
        {
            string url = extension.GetProperty("url").GetString()!;
            if (url.EndsWith(suffix, StringComparison.Ordinal))
            {
                canonicalBase = url[..^suffix.Length];
                return extension.GetProperty("valueString").GetString()!;
            }
        }

        throw new TlogCaseException($"the resource has no extension '{name}'");
    }
}
