using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Subnet.Health.Cli.Output;

/// <summary>Makes the JSON Schema of a document type; <c>docs/json/</c> holds one file for each.</summary>
internal static class DocumentSchema
{
    private const string Decimal = "^-?(0|[1-9][0-9]*)$";
    private const string LowerHex = "^([0-9a-f]{2})*$";
    private const string Instant = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$";

    /// <summary>Every document type of the program.</summary>
    public static IReadOnlyList<Type> AllTypes { get; } =
    [
        .. typeof(Document).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Document)) && !type.IsAbstract)
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    /// <summary><c>subnet/wallet-list/1</c> is described in <c>wallet-list-1.schema.json</c>.</summary>
    public static string FileName(Type type)
    {
        string[] parts = FormatOf(type).Split('/');
        return $"{parts[1]}-{parts[2]}.schema.json";
    }

    /// <summary>The constant first member of the document: the type's <c>FormatName</c> constant.</summary>
    public static string FormatOf(Type type) =>
        (string?)type.GetField("FormatName", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue()
        ?? throw new InvalidOperationException($"{type} has no constant FormatName");

    /// <summary>The schema, indented, with a final line feed.</summary>
    public static string Text(Type type)
    {
        JsonNode schema = JsonText.Indented.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Transform,
        });
        JsonObject root = schema.AsObject();
        root["properties"]!.AsObject()["format"] = new JsonObject { ["const"] = FormatOf(type) };
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", FormatOf(type));
        return root.ToJsonString(JsonText.Indented) + "\n";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        Type type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(Amount))
        {
            return StringOf(Decimal);
        }

        if (type == typeof(byte[]))
        {
            return StringOf(LowerHex);
        }

        if (type == typeof(DateTimeOffset))
        {
            return StringOf(Instant);
        }

        if (node is not JsonObject schema)
        {
            return node;
        }

        RemoveNull(schema);
        schema.Remove("default");
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            JsonArray required = [.. context.TypeInfo.Properties.Where(p => !p.IsGetNullable).Select(p => (JsonNode)p.Name)];
            schema["required"] = required;
        }

        return schema;
    }

    private static JsonObject StringOf(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    // An absent value is left out, never null.
    private static void RemoveNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types)
        {
            List<string> kept = [.. types.Select(t => t!.GetValue<string>()).Where(t => t != "null")];
            schema["type"] = kept.Count == 1 ? kept[0] : new JsonArray([.. kept.Select(t => (JsonNode)t)]);
        }

        if (schema["enum"] is JsonArray values)
        {
            schema["enum"] = new JsonArray([.. values.Where(v => v is not null).Select(v => v!.DeepClone())]);
        }
    }
}
