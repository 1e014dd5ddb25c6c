using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Health.Cli.Output;
using Subnet.Health.Web.Api;

namespace Subnet.Health.Cli.Api;

/// <summary>The command line's documents, for the API: one form, one set of schemas.</summary>
internal sealed class DocumentFormat : IApiDocuments
{
    /// <inheritdoc/>
    public Type ErrorType => typeof(ErrorDocument);

    /// <inheritdoc/>
    public byte[] Write(object document) => JsonSerializer.SerializeToUtf8Bytes(document, document.GetType(), JsonText.Line);

    /// <inheritdoc/>
    public object Error(string code, string message, string fix) => new ErrorDocument(code, message, fix);

    /// <inheritdoc/>
    public string FormatOf(Type document) => DocumentSchema.FormatOf(document);

    /// <inheritdoc/>
    public JsonObject SchemaOf(Type document)
    {
        JsonObject schema = JsonNode.Parse(DocumentSchema.Text(document))!.AsObject();
        schema.Remove("$schema");
        return schema;
    }
}
