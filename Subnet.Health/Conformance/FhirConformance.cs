using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Health.Fhir;

namespace Subnet.Health.Conformance;

/// <summary>
/// Extracts the features of every example of a folder and compares: files with <c>expected</c> (<c>file@date</c> to features) and
/// files with <c>cases</c> (resources of their own).
/// </summary>
internal sealed class FhirConformance : IConformanceSuite
{
    private const string DateForm = "yyyy-MM-dd";

    /// <inheritdoc/>
    public string Name => "fhir";

    /// <inheritdoc/>
    public string Description => "Extracts the features of FHIR R4 examples and compares them with an independent implementation's.";

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (string path in Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(folder, path);
            JsonObject? file = ReadObject(path);
            if (file?["expected"] is JsonObject expected)
            {
                foreach ((string key, JsonNode? want) in expected)
                {
                    RunExample(report, $"{name}/{key}", Path.GetDirectoryName(path)!, key, want);
                }
            }
            else if (file?["cases"] is JsonArray cases)
            {
                foreach (JsonNode? item in cases)
                {
                    RunCase(report, name, item);
                }
            }
            else if (file is null || file["resourceType"] is null)
            {
                report.Fail(name, "a file of expected features, of cases, or a FHIR resource", "none of these");
            }
        }
    }

    private static void RunExample(ConformanceReport report, string id, string folder, string key, JsonNode? want)
    {
        int at = key.LastIndexOf('@');
        string path = at < 0 ? folder : Path.Combine(folder, key[..at]);
        if (at < 0 || !File.Exists(path) || Path.GetFileName(key[..at]) != key[..at])
        {
            report.Fail(id, "a file beside this one, '@' and a date", key);
            return;
        }

        Compare(report, id, File.ReadAllBytes(path), key[(at + 1)..], want);
    }

    private static void RunCase(ConformanceReport report, string file, JsonNode? item)
    {
        if (item is not JsonObject vector || vector["id"] is null || vector["asof"] is null || vector["resources"] is null)
        {
            report.Fail(file, "a case with id, asof, resources and want", item?.ToJsonString() ?? "null");
            return;
        }

        Compare(
            report, $"{file}/{vector["id"]}", Encoding.UTF8.GetBytes(vector["resources"]!.ToJsonString()), vector["asof"]!.ToString(), vector["want"]);
    }

    private static void Compare(ConformanceReport report, string id, byte[] bytes, string date, JsonNode? want)
    {
        if (!DateOnly.TryParseExact(date, DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly asOf) || want is not JsonObject)
        {
            report.Fail(id, "a date and the features wanted", $"{date}, {want?.ToJsonString()}");
            return;
        }

        try
        {
            using FhirInput input = FhirInput.Parse(bytes);
            report.Check(id, Canonical(want), Canonical(Describe(FeatureExtractor.Extract(input, asOf))));
        }
        catch (FhirException e)
        {
            report.Fail(id, Canonical(want), e.Message);
        }
    }

    private static JsonObject Describe(FeatureSet features)
    {
        JsonObject values = [];
        foreach ((string name, FeatureValue value) in features.Values)
        {
            JsonObject entry = new() { ["value"] = value.Text };
            if (value.Code is not null)
            {
                entry["code"] = value.Code;
                entry["time"] = value.Time!.ToString();
                entry["of"] = value.Of;
            }

            if (value.IsDerived)
            {
                entry["derived"] = true;
            }

            values[name] = entry;
        }

        return new JsonObject { ["features"] = values, ["skipped"] = new JsonArray([.. features.Skipped.Select(text => (JsonNode)text)]) };
    }

    // Members in order of name, so that two descriptions differ only where they say something else.
    private static string Canonical(JsonNode node) => Sorted(node).ToJsonString();

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value is null ? null : (JsonNode?)Sorted(pair.Value))))
        : node.DeepClone();

    private static JsonObject? ReadObject(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
