using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Subnet.Health.Web.Api;

/// <summary>The OpenAPI 3.1 description of the API, made from its routes and the documents' own schemas.</summary>
internal static class OpenApiFile
{
    /// <summary>The file, UTF-8.</summary>
    public static byte[] Write(IReadOnlyList<ApiRoute> routes, IApiDocuments format)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(format);
        JsonObject schemas = [], paths = [];
        foreach (Type document in routes.Select(static route => route.Document).Append(format.ErrorType).Distinct().OrderBy(format.FormatOf, StringComparer.Ordinal))
        {
            JsonObject schema = format.SchemaOf(document);
            Move(schema, "#/components/schemas/" + NameOf(document, format));
            schemas[NameOf(document, format)] = schema;
        }

        foreach (ApiRoute route in routes)
        {
            paths[ApiPart.Prefix + route.Path] = new JsonObject { ["get"] = Operation(route, format) };
        }

        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Subnet.Health",
                ["version"] = "1",
                ["description"] = "Read-only documents of a node. Amounts are decimal strings in smallest units, digests lower-case hex, times RFC 3339 UTC.",
            },
            ["jsonSchemaDialect"] = "https://json-schema.org/draft/2020-12/schema",
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        }.ToJsonString());
    }

    // A schema of its own refers to its parts from its root; here its root lies deeper.
    private static void Move(JsonNode? node, string place)
    {
        if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
            {
                Move(item, place);
            }
        }
        else if (node is JsonObject members)
        {
            foreach ((string name, JsonNode? value) in members.ToArray())
            {
                if (name == "$ref")
                {
                    members[name] = place + value!.GetValue<string>()[1..];
                }
                else
                {
                    Move(value, place);
                }
            }
        }
    }

    private static JsonObject Operation(ApiRoute route, IApiDocuments format)
    {
        JsonArray parameters = [.. route.Parameters.Select(parameter => (JsonNode)Parameter(parameter, route.IsInPath(parameter)))];
        if (route.IsPaged)
        {
            parameters.Add((JsonNode)Parameter(new ApiParameter("offset", ApiParameterKind.Number, "Items to leave out.", int.MaxValue), false));
            parameters.Add((JsonNode)Parameter(new ApiParameter("limit", ApiParameterKind.Number, "Items at most.", ApiRequest.MaxPage), false));
        }

        return new JsonObject
        {
            ["operationId"] = NameOf(route.Document, format),
            ["summary"] = route.Summary,
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = Response("The document.", NameOf(route.Document, format)),
                ["default"] = Response("An error.", NameOf(format.ErrorType, format)),
            },
        };
    }

    private static JsonObject Parameter(ApiParameter parameter, bool inPath) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = inPath ? "path" : "query",
        ["required"] = inPath,
        ["description"] = parameter.Description,
        ["schema"] = parameter.Kind == ApiParameterKind.Number
            ? new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = parameter.Maximum }
            : new JsonObject { ["type"] = "string", ["maxLength"] = parameter.Maximum },
    };

    private static JsonObject Response(string description, string schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" } },
        },
    };

    // subnet/metagraph/1 is metagraph-1: the name of its file among the published schemas.
    private static string NameOf(Type document, IApiDocuments format)
    {
        string[] parts = format.FormatOf(document).Split('/');
        return string.Create(CultureInfo.InvariantCulture, $"{parts[1]}-{parts[2]}");
    }
}
