using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subnet.Tests.Health.Review;

/// <summary>
/// The structure of AuditEvent in FHIR R4 (hl7.org/fhir/R4/auditevent.html, 4.0.1): its elements with their types and cardinalities, the required value sets, the two vocabularies of
/// the design's section 9, and constraint sev-1. Written from the specification's tables, not from what the export writes.
/// </summary>
internal static partial class R4AuditEventRules
{
    private const int Many = int.MaxValue;

    private static readonly Dictionary<string, Element[]> Types = new(StringComparer.Ordinal)
    {
        ["AuditEvent"] =
        [
            new("resourceType", "code", 1, 1), new("id", "id", 0, 1), new("meta", "Meta", 0, 1), new("implicitRules", "uri", 0, 1), new("language", "code", 0, 1),
            new("extension", "Extension", 0, Many), new("modifierExtension", "Extension", 0, Many),
            new("type", "Coding", 1, 1), new("subtype", "Coding", 0, Many), new("action", "code", 0, 1), new("period", "Period", 0, 1), new("recorded", "instant", 1, 1),
            new("outcome", "code", 0, 1), new("outcomeDesc", "string", 0, 1), new("purposeOfEvent", "CodeableConcept", 0, Many), new("agent", "Agent", 1, Many),
            new("source", "Source", 1, 1), new("entity", "Entity", 0, Many),
        ],
        ["Agent"] =
        [
            new("type", "CodeableConcept", 0, 1), new("role", "CodeableConcept", 0, Many), new("who", "Reference", 0, 1), new("altId", "string", 0, 1), new("name", "string", 0, 1),
            new("requestor", "boolean", 1, 1), new("location", "Reference", 0, 1), new("policy", "uri", 0, Many), new("media", "Coding", 0, 1), new("network", "Network", 0, 1),
            new("purposeOfUse", "CodeableConcept", 0, Many),
        ],
        ["Network"] = [new("address", "string", 0, 1), new("type", "code", 0, 1)],
        ["Source"] = [new("site", "string", 0, 1), new("observer", "Reference", 1, 1), new("type", "Coding", 0, Many)],
        ["Entity"] =
        [
            new("what", "Reference", 0, 1), new("type", "Coding", 0, 1), new("role", "Coding", 0, 1), new("lifecycle", "Coding", 0, 1), new("securityLabel", "Coding", 0, Many),
            new("name", "string", 0, 1), new("description", "string", 0, 1), new("query", "base64Binary", 0, 1), new("detail", "Detail", 0, Many),
        ],
        ["Detail"] = [new("type", "string", 1, 1), new("valueString", "string", 0, 1), new("valueBase64Binary", "base64Binary", 0, 1)],
        ["Coding"] = [new("system", "uri", 0, 1), new("version", "string", 0, 1), new("code", "code", 0, 1), new("display", "string", 0, 1), new("userSelected", "boolean", 0, 1)],
        ["CodeableConcept"] = [new("coding", "Coding", 0, Many), new("text", "string", 0, 1)],
        ["Reference"] = [new("reference", "string", 0, 1), new("type", "uri", 0, 1), new("identifier", "Identifier", 0, 1), new("display", "string", 0, 1)],
        ["Identifier"] = [new("use", "code", 0, 1), new("type", "CodeableConcept", 0, 1), new("system", "uri", 0, 1), new("value", "string", 0, 1), new("period", "Period", 0, 1), new("assigner", "Reference", 0, 1)],
        ["Period"] = [new("start", "dateTime", 0, 1), new("end", "dateTime", 0, 1)],
        ["Extension"] = [new("url", "uri", 1, 1), new("valueString", "string", 1, 1)],
        ["Meta"] = [new("profile", "uri", 0, Many)],
    };

    /// <summary>Codes that may stand where the specification or the design's section 9 fixes a vocabulary, by system.</summary>
    private static readonly Dictionary<string, string[]> Systems = new(StringComparer.Ordinal)
    {
        ["http://terminology.hl7.org/CodeSystem/audit-event-type"] = ["rest"],
        ["http://dicom.nema.org/resources/ontology/DCM"] = ["110100", "110101", "110106", "110113", "110152", "110153"],
        ["http://hl7.org/fhir/restful-interaction"] = ["operation"],
        ["http://terminology.hl7.org/CodeSystem/v3-ActReason"] = ["TREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "ETREAT", "PATRQT"],
        ["http://terminology.hl7.org/CodeSystem/v3-ParticipationType"] = ["IRCP"],
        ["http://terminology.hl7.org/CodeSystem/security-source-type"] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        ["http://terminology.hl7.org/CodeSystem/audit-entity-type"] = ["1", "2", "3", "4"],
        ["http://terminology.hl7.org/CodeSystem/object-role"] = [.. Enumerable.Range(1, 24).Select(code => code.ToString(CultureInfo.InvariantCulture))],
        ["http://hl7.org/fhir/resource-types"] = ["Consent"],
        ["https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"] = ["XrequestId"],
    };

    /// <summary>What does not fit; empty for a resource that does.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="canonicalBase">The deployment's base: systems below it are its own.</param>
    public static IReadOnlyList<string> Check(JsonElement resource, string canonicalBase)
    {
        List<string> wrong = [];
        CheckType("AuditEvent", resource, "AuditEvent", canonicalBase, wrong);
        Demand(resource, "resourceType", wrong, "AuditEvent");
        Demand(resource, "action", wrong, "C", "R", "U", "D", "E");
        Demand(resource, "outcome", wrong, "0", "4", "8", "12");
        foreach (JsonElement entity in resource.TryGetProperty("entity", out JsonElement entities) ? entities.EnumerateArray() : default)
        {
            if (entity.TryGetProperty("name", out _) && entity.TryGetProperty("query", out _))
            {
                wrong.Add("sev-1: an entity has both a name and a query");
            }
        }

        return wrong;
    }

    private static void CheckType(string type, JsonElement value, string path, string canonicalBase, List<string> wrong)
    {
        if (!Types.TryGetValue(type, out Element[]? elements))
        {
            CheckPrimitive(type, value, path, wrong);
            return;
        }

        if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Any())
        {
            wrong.Add($"{path} is no {type}");
            return;
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!elements.Any(element => element.Name == member.Name))
            {
                wrong.Add($"{path}.{member.Name} is no element of {type}");
            }
        }

        foreach (Element element in elements)
        {
            CheckElement(element, value, $"{path}.{element.Name}", canonicalBase, wrong);
        }

        if (type == "Coding")
        {
            CheckCoding(value, path, canonicalBase, wrong);
        }
    }

    private static void CheckElement(Element element, JsonElement parent, string path, string canonicalBase, List<string> wrong)
    {
        if (!parent.TryGetProperty(element.Name, out JsonElement value))
        {
            if (element.Least > 0)
            {
                wrong.Add($"{path} is missing");
            }

            return;
        }

        if (element.Most == 1)
        {
            CheckType(element.Type, value, path, canonicalBase, wrong);
            return;
        }

        // An empty list is not FHIR: the element is left out instead.
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            wrong.Add($"{path} is a list of at least one");
            return;
        }

        foreach ((JsonElement item, int i) in value.EnumerateArray().Select((item, i) => (item, i)))
        {
            CheckType(element.Type, item, $"{path}[{i}]", canonicalBase, wrong);
        }
    }

    private static void CheckCoding(JsonElement coding, string path, string canonicalBase, List<string> wrong)
    {
        string? system = coding.TryGetProperty("system", out JsonElement named) ? named.GetString() : null;
        string? code = coding.TryGetProperty("code", out JsonElement chosen) ? chosen.GetString() : null;
        bool own = system?.StartsWith(canonicalBase + "/CodeSystem/", StringComparison.Ordinal) == true;
        if (code is null || system is null || (!own && !(Systems.TryGetValue(system, out string[]? codes) && codes.Contains(code))))
        {
            wrong.Add($"{path} is {system}#{code}, which is in no vocabulary of the design");
        }
    }

    private static void CheckPrimitive(string type, JsonElement value, string path, List<string> wrong)
    {
        bool fits = type == "boolean" ? value.ValueKind is JsonValueKind.True or JsonValueKind.False
            : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && type switch
            {
                "instant" => Instant().IsMatch(text),
                "code" => Code().IsMatch(text),
                "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
                "id" => text.Length <= 64,
                "base64Binary" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
                _ => text.Trim() == text,
            };
        if (!fits)
        {
            wrong.Add($"{path} is no {type}: {value}");
        }
    }

    private static void Demand(JsonElement resource, string name, List<string> wrong, params string[] codes)
    {
        if (resource.TryGetProperty(name, out JsonElement value) && !codes.Contains(value.GetString()))
        {
            wrong.Add($"{name} is {value}");
        }
    }

    [GeneratedRegex(@"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$")]
    private static partial Regex Instant();

    [GeneratedRegex(@"^[^\s]+(\s[^\s]+)*$")]
    private static partial Regex Code();

    private sealed record Element(string Name, string Type, int Least, int Most);
}
