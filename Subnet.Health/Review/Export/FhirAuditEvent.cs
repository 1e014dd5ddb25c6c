using System.Globalization;
using System.Text.Json.Nodes;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;

namespace Subnet.Health.Review.Export;

/// <summary>
/// Writes an entry as a FHIR R4 AuditEvent after IHE BALP and the ATNA vocabulary (design/audit-log.md section 9). The extensions lead
/// from any exported event back to its proof.
/// </summary>
/// <param name="origin">The log.</param>
/// <param name="checkpointSize">Size of the checkpoint that the export was made under.</param>
/// <param name="canonicalBase">The deployment's own base for systems and extensions, such as <c>https://audit.example/fhir</c>.</param>
internal sealed class FhirAuditEvent(string origin, long checkpointSize, string canonicalBase)
{
    private const string Dicom = "http://dicom.nema.org/resources/ontology/DCM";
    private const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    private const string EntityType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string ObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";

    /// <summary>The resource of one entry.</summary>
    public JsonObject Write(CanonicalObject entry, long index, TreeHash leaf)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string type = entry.TextOrNull("type") ?? "";
        JsonObject resource = new()
        {
            ["resourceType"] = "AuditEvent",
            ["extension"] = new JsonArray(
                Extension("log-index", index.ToString(CultureInfo.InvariantCulture)),
                Extension("leaf-hash", leaf.ToBase64()),
                Extension("checkpoint-size", checkpointSize.ToString(CultureInfo.InvariantCulture))),
            ["type"] = TypeCoding(type),
            ["subtype"] = Subtypes(type),
            ["action"] = Action(type),
            ["recorded"] = entry.TextOrNull("time"),
            ["outcome"] = entry.TextOrNull("outcome") switch
            {
                "ok" => "0",
                "denied" or "timeout" => "4",
                _ => "8",
            },
        };
        AddIfThere(resource, "outcomeDesc", entry.TextOrNull("code"));
        if (entry.TextOrNull("purpose") is { } purpose)
        {
            resource["purposeOfEvent"] = new JsonArray(Concept(ActReason, purpose));
        }

        resource["agent"] = Agents(entry);
        resource["source"] = new JsonObject
        {
            ["observer"] = new JsonObject { ["identifier"] = Identifier("log", origin) },
            ["type"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4")),
        };
        resource["entity"] = Entities(entry);
        return resource;
    }

    private static bool IsRest(string type) => type is "query.sent" or "query.served" or "result.received";

    private static JsonObject TypeCoding(string type) => type switch
    {
        _ when IsRest(type) => Coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation"),
        "access.denied" or "egress.blocked" or "breakglass" => Coding(Dicom, "110113", "Security Alert"),
        "review.exported" => Coding(Dicom, "110106", "Export"),
        "review.opened" => Coding(Dicom, "110101", "Audit Log Used"),
        _ => Coding(Dicom, "110100", "Application Activity"),
    };

    private static string Action(string type) => type switch
    {
        "result.viewed" or "review.opened" or "review.exported" => "R",
        "log.genesis" or "model.registered" or "consent.granted" or "key.added" => "C",
        "model.retired" or "consent.withdrawn" or "key.retired" or "subject.shredded" => "D",
        _ => "E",
    };

    private JsonArray Subtypes(string type)
    {
        JsonArray subtypes = [Coding($"{canonicalBase}/CodeSystem/audit-type", type)];
        if (IsRest(type))
        {
            subtypes.Add((JsonNode)Coding("http://hl7.org/fhir/restful-interaction", "operation"));
        }

        return subtypes;
    }

    private JsonArray Agents(CanonicalObject entry)
    {
        CanonicalObject actor = entry.ObjectOrNull("actor") ?? new CanonicalObject();
        CanonicalObject? peer = entry.ObjectOrNull("peer");

        // The miner is the destination, whichever of the two parties wrote the entry.
        bool actorServes = actor.TextOrNull("kind") == "miner";
        JsonArray agents = [];
        if ((actorServes ? peer : actor) is { } client)
        {
            JsonObject agent = System("110153", client);
            if (entry.TextOrNull("policy") is { } policy)
            {
                agent["policy"] = new JsonArray($"urn:sha256:{policy}");
            }

            agents.Add((JsonNode)agent);
        }

        if ((actorServes ? actor : peer) is { } server)
        {
            agents.Add((JsonNode)System("110152", server));
        }

        if (actor.TextOrNull("user") is { } user)
        {
            agents.Add((JsonNode)User(user, actor.TextOrNull("role"), entry.TextOrNull("purpose")));
        }

        return agents;
    }

    private JsonObject System(string role, CanonicalObject party) => new()
    {
        ["type"] = Concept(Dicom, role),
        ["who"] = new JsonObject { ["identifier"] = Identifier("actor", party.TextOrNull("id") ?? "") },
        ["requestor"] = false,
    };

    private JsonObject User(string user, string? role, string? purpose)
    {
        JsonObject agent = new()
        {
            ["type"] = Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
            ["who"] = new JsonObject { ["identifier"] = Identifier("workforce", user) },
            ["requestor"] = true,
        };
        if (role is not null)
        {
            agent["role"] = new JsonArray(Concept($"{canonicalBase}/CodeSystem/workforce-role", role));
        }

        if (purpose is not null)
        {
            agent["purposeOfUse"] = new JsonArray(Concept(ActReason, purpose));
        }

        return agent;
    }

    private JsonArray Entities(CanonicalObject entry)
    {
        JsonArray entities = [];
        if (entry.TextOrNull("subject") is { } subject)
        {
            entities.Add((JsonNode)Entity(Identifier("subject", subject), Coding(EntityType, "1"), Coding(ObjectRole, "1")));
        }

        if (QueryDescriptor(entry) is { } descriptor)
        {
            JsonObject query = Entity(null, Coding(EntityType, "2"), Coding(ObjectRole, "24"));
            query["query"] = Convert.ToBase64String(descriptor);
            entities.Add((JsonNode)query);
        }

        if (entry.ObjectOrNull("model") is { } model)
        {
            JsonObject entity = Entity(
                Identifier("model", $"{model.TextOrNull("id")}|{model.TextOrNull("ver")}"), Coding(EntityType, "2"), Coding(ObjectRole, "3"));
            entity["detail"] = Details(entry, model);
            entities.Add((JsonNode)entity);
        }

        if (entry.ObjectOrNull("consent") is { } consent)
        {
            entities.Add((JsonNode)Entity(
                Identifier("consent", string.Create(CultureInfo.InvariantCulture, $"{consent.TextOrNull("ref")}|{consent.IntegerOrNull("ver")}")),
                Coding("http://hl7.org/fhir/resource-types", "Consent"),
                Coding(ObjectRole, "13")));
        }

        JsonObject request = new() { ["value"] = entry.TextOrNull("event") };
        entities.Add((JsonNode)Entity(request, Coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId"), null));
        return entities;
    }

    private static byte[]? QueryDescriptor(CanonicalObject entry)
    {
        CanonicalObject descriptor = new();
        foreach (string name in (string[])["he", "in", "out"])
        {
            if (entry.ObjectOrNull(name) is { } part)
            {
                descriptor.Add(name, part);
            }
        }

        return descriptor.Count > 0 ? CanonicalJsonWriter.Write(descriptor) : null;
    }

    private static JsonArray Details(CanonicalObject entry, CanonicalObject model)
    {
        JsonArray details = [];
        (string Name, string? Value)[] values =
        [
            ("commit", model.TextOrNull("commit")),
            ("params", entry.ObjectOrNull("he")?.TextOrNull("params")),
            ("in", entry.ObjectOrNull("in")?.TextOrNull("hash")),
            ("out", entry.ObjectOrNull("out")?.TextOrNull("hash")),
        ];
        foreach ((string name, string? value) in values.Where(detail => detail.Value is not null))
        {
            details.Add((JsonNode)new JsonObject { ["type"] = name, ["valueString"] = value });
        }

        return details;
    }

    private static JsonObject Entity(JsonObject? identifier, JsonObject type, JsonObject? role)
    {
        JsonObject entity = [];
        if (identifier is not null)
        {
            entity["what"] = new JsonObject { ["identifier"] = identifier };
        }

        entity["type"] = type;
        if (role is not null)
        {
            entity["role"] = role;
        }

        return entity;
    }

    private static void AddIfThere(JsonObject target, string name, string? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }

    private JsonObject Extension(string name, string value) => new() { ["url"] = $"{canonicalBase}/StructureDefinition/{name}", ["valueString"] = value };

    private JsonObject Identifier(string system, string value) => new() { ["system"] = $"{canonicalBase}/NamingSystem/{system}", ["value"] = value };

    private static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(Coding(system, code)) };

    private static JsonObject Coding(string system, string code, string? display = null)
    {
        JsonObject coding = new() { ["system"] = system, ["code"] = code };
        AddIfThere(coding, "display", display);
        return coding;
    }
}
