using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Subnet.Tests.Support;

/// <summary>
/// Checks a JSON document against a schema in the few words that <c>docs/json/</c> uses. A word it does not know fails, so
/// that no rule is passed over.
/// </summary>
internal static class SchemaCheck
{
    private static readonly string[] Known =
        ["$schema", "title", "type", "properties", "required", "additionalProperties", "items", "enum", "const", "pattern", "$ref", "anyOf"];

    /// <summary>What does not fit, one sentence each; empty when the document fits.</summary>
    public static IReadOnlyList<string> Problems(JsonNode schema, JsonNode? value)
    {
        List<string> problems = [];
        Check(schema, schema, value, "$", problems);
        return problems;
    }

    private static void Check(JsonNode root, JsonNode node, JsonNode? value, string path, List<string> problems)
    {
        if (node is JsonValue flag && flag.GetValueKind() == JsonValueKind.True)
        {
            return;
        }

        JsonObject schema = node.AsObject();
        problems.AddRange(schema.Select(pair => pair.Key).Except(Known).Select(word => $"{path}: unknown schema word {word}"));
        if (schema["$ref"] is { } reference)
        {
            Check(root, Resolve(root, reference.GetValue<string>()), value, path, problems);
            return;
        }

        if (schema["anyOf"] is JsonArray alternatives && !alternatives.Any(alternative => Fits(root, alternative!, value)))
        {
            problems.Add($"{path}: {value} fits none of {alternatives.ToJsonString()}");
        }

        if (schema["const"] is { } constant && !JsonNode.DeepEquals(constant, value))
        {
            problems.Add($"{path}: is not {constant}");
        }

        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
        {
            problems.Add($"{path}: {value} is none of {choices.ToJsonString()}");
        }

        if (schema["type"] is { } type && !TypeNames(type).Any(name => HasType(name, value)))
        {
            problems.Add($"{path}: {value?.ToJsonString() ?? "null"} is not of type {type.ToJsonString()}");
            return;
        }

        if (schema["pattern"] is { } pattern && value?.GetValueKind() == JsonValueKind.String && !Regex.IsMatch(value.GetValue<string>(), pattern.GetValue<string>()))
        {
            problems.Add($"{path}: {value} does not match {pattern}");
        }

        if (value is JsonObject members)
        {
            CheckMembers(root, schema, members, path, problems);
        }

        if (value is JsonArray elements && schema["items"] is { } items)
        {
            for (int i = 0; i < elements.Count; i++)
            {
                Check(root, items, elements[i], $"{path}[{i}]", problems);
            }
        }
    }

    private static bool Fits(JsonNode root, JsonNode schema, JsonNode? value)
    {
        List<string> problems = [];
        Check(root, schema, value, "", problems);
        return problems.Count == 0;
    }

    private static void CheckMembers(JsonNode root, JsonObject schema, JsonObject members, string path, List<string> problems)
    {
        JsonObject properties = schema["properties"] as JsonObject ?? [];
        problems.AddRange((schema["required"] as JsonArray ?? [])
            .Select(name => name!.GetValue<string>())
            .Where(name => !members.ContainsKey(name))
            .Select(name => $"{path}: {name} is missing"));
        foreach ((string name, JsonNode? member) in members)
        {
            if (properties[name] is { } inner)
            {
                Check(root, inner, member, $"{path}.{name}", problems);
            }
            else if (schema["additionalProperties"] is JsonObject other)
            {
                Check(root, other, member, $"{path}.{name}", problems);
            }
            else if (schema["additionalProperties"]?.GetValueKind() == JsonValueKind.False)
            {
                problems.Add($"{path}: {name} is not in the schema");
            }
        }
    }

    private static JsonNode Resolve(JsonNode root, string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(root, (node, part) => node is JsonArray array ? array[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]! : node[part]!);

    private static IEnumerable<string> TypeNames(JsonNode type) =>
        type is JsonArray many ? many.Select(name => name!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool HasType(string name, JsonNode? value) => (name, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value!.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-'),
        _ => false,
    };
}
