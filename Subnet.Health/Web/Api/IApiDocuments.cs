using System.Text.Json.Nodes;

namespace Subnet.Health.Web.Api;

/// <summary>How the program writes its JSON documents; the command line and the API share one form and one set of schemas.</summary>
internal interface IApiDocuments
{
    /// <summary>A document as UTF-8 JSON on one line.</summary>
    byte[] Write(object document);

    /// <summary>The error document.</summary>
    /// <param name="code">A stable word.</param>
    /// <param name="message">What and why.</param>
    /// <param name="fix">What to do next.</param>
    object Error(string code, string message, string fix);

    /// <summary>The type of the error document.</summary>
    Type ErrorType { get; }

    /// <summary>The constant first member of a document type, such as <c>subnet/metagraph/1</c>.</summary>
    string FormatOf(Type document);

    /// <summary>The JSON Schema (2020-12) of a document type.</summary>
    JsonObject SchemaOf(Type document);
}
