using System.Text.Json;
using System.Text.Json.Nodes;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>What a vector says and what came instead.</summary>
/// <param name="Expected">From the vector, with the name of the field.</param>
/// <param name="Actual">From this program.</param>
internal readonly record struct Difference(string Expected, string Actual)
{
    /// <summary>The difference between two JSON values; null where there is none.</summary>
    public static Difference? Between(string name, JsonElement expected, JsonNode? actual) =>
        JsonNode.DeepEquals(ToNode(expected), ToNode(actual))
            ? null
            : new Difference($"{name} = {expected.GetRawText()}", actual?.ToJsonString() ?? "null");

    private static JsonNode? ToNode(JsonElement element) => JsonNode.Parse(element.GetRawText());

    // Through text, so that both sides hold numbers the same way.
    private static JsonNode? ToNode(JsonNode? node) => node is null ? null : JsonNode.Parse(node.ToJsonString());
}
