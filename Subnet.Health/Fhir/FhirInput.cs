using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Subnet.Health.Fhir;

/// <summary>
/// The resources of one clinical input: a Bundle of any type, a JSON array of resources, one resource, or NDJSON (one resource a
/// line). Reading is bounded in bytes and depth, and a member named twice is refused: readers disagree which one counts.
/// </summary>
internal sealed class FhirInput : IDisposable
{
    /// <summary>The largest input: 64 MiB.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxDepth = 64;

    // One level more is read, so that an input of too many is told from one that is no JSON.
    private const int DeepestRead = MaxDepth + 1;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private readonly List<JsonDocument> documents;

    private FhirInput(List<JsonDocument> documents, IReadOnlyList<FhirResource> resources, IReadOnlyList<JsonElement> bundles)
    {
        this.documents = documents;
        Resources = resources;
        Bundles = bundles;
    }

    /// <summary>The resources in input order; entries without one are left out.</summary>
    public IReadOnlyList<FhirResource> Resources { get; }

    /// <summary>The bundles that the resources came in.</summary>
    public IReadOnlyList<JsonElement> Bundles { get; }

    /// <summary>Reads an input.</summary>
    /// <param name="bytes">UTF-8, with or without a byte order mark.</param>
    /// <exception cref="FhirException">It is no FHIR R4 JSON, or beyond the limits.</exception>
    public static FhirInput Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new FhirException($"The clinical input is larger than {MaxBytes >> 20} MiB.", "Send one patient's resources only.");
        }

        ReadOnlyMemory<byte> text = bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (text.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
        {
            throw new FhirException("The clinical input is XML.", "Export it as FHIR R4 JSON.");
        }

        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new FhirException("The clinical input is empty.", "Export it again as FHIR R4 JSON.");
        }

        if (!Utf8.IsValid(text.Span))
        {
            throw new FhirException("The clinical input is not UTF-8.", "Export it again as FHIR R4 JSON in UTF-8.");
        }

        List<JsonDocument> documents = [];
        try
        {
            ParseDocuments(text, documents);
            List<FhirResource> resources = [];
            List<JsonElement> bundles = [];
            foreach (JsonDocument document in documents)
            {
                Collect(document.RootElement, resources, bundles);
            }

            FhirPaging.CheckWhole(bundles);
            return new FhirInput(documents, resources, bundles);
        }
        catch
        {
            documents.ForEach(document => document.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => documents.ForEach(document => document.Dispose());

    private static void ParseDocuments(ReadOnlyMemory<byte> text, List<JsonDocument> documents)
    {
        try
        {
            documents.Add(ParseOne(text));
            return;
        }
        catch (JsonException) when (IsLines(text.Span))
        {
            // One resource a line.
        }
        catch (JsonException e)
        {
            throw new FhirException($"The clinical input is no valid JSON: {Position(e)}.", "Export it again as FHIR R4 JSON.", e);
        }

        int number = 0;
        while (!text.IsEmpty)
        {
            number++;
            int end = text.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            try
            {
                documents.Add(ParseOne(line));
            }
            catch (JsonException e)
            {
                throw new FhirException($"Line {number} of the clinical input is no valid JSON.", "Export it again as NDJSON, one resource a line.", e);
            }
        }
    }

    // An escape that stands for half a character parses, and throws when the text is read; so all are read once here.
    private static JsonDocument ParseOne(ReadOnlyMemory<byte> text)
    {
        Utf8JsonReader reader = new(text.Span, new JsonReaderOptions { MaxDepth = DeepestRead });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= MaxDepth)
                {
                    throw new FhirException($"The clinical input is nested deeper than {MaxDepth} levels.", "Export it again as FHIR R4 JSON.");
                }

                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new FhirException("The clinical input has a text with half a character.", "Export it again as FHIR R4 JSON in UTF-8.", e);
        }

        return JsonDocument.Parse(text, Options);
    }

    // NDJSON: the first line alone is a whole value that ends with a brace.
    private static bool IsLines(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = text.TrimStart(" \t\r\n"u8);
        int end = trimmed.IndexOf((byte)'\n');
        return end > 0 && trimmed[0] == '{' && trimmed[..end].TrimEnd(" \t\r"u8)[^1] == '}';
    }

    // The exception's own text may quote the input; only the place is told.
    private static string Position(JsonException e) => $"line {e.LineNumber + 1}, byte {e.BytePositionInLine}";

    private static void Collect(JsonElement element, List<FhirResource> resources, List<JsonElement> bundles)
    {
        foreach (JsonElement item in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : Enumerable.Repeat(element, 1))
        {
            if (item.Text("resourceType") is not { } type)
            {
                throw new FhirException("The clinical input holds something without a resourceType.", "Send a Bundle, resources, or one resource a line.");
            }

            if (type == FhirBundle.TypeName)
            {
                resources.AddRange(FhirBundle.Resources(item, bundles));
            }
            else
            {
                resources.Add(new FhirResource(item, null));
            }
        }
    }
}
