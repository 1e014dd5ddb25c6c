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
        List<(string Path, string Name, JsonObject? File)> files = [.. Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Path.GetRelativePath(folder, path), ReadObject(path)))];
        HashSet<string> inputs = new(StringComparer.Ordinal);
        foreach ((string path, string name, JsonObject? file) in files)
        {
            if (file is null)
            {
                continue;
            }

            if (file.ContainsKey("expected"))
            {
                RunExamples(report, name, Path.GetDirectoryName(path)!, file["expected"], inputs, cancellationToken);
            }

            if (file.ContainsKey("cases"))
            {
                RunCases(report, name, file["cases"], cancellationToken);
            }
        }

        // What no answer names must at least be recognisable as an input; anything else may be cases of a form unknown here.
        foreach ((string path, string name, JsonObject? file) in files)
        {
            if (!inputs.Contains(path) && (file is null || (!file.ContainsKey("expected") && !file.ContainsKey("cases") && file["resourceType"] is null)))
            {
                report.Fail(name, "a file of expected features, of cases, or a FHIR resource", "none of these");
            }
        }
    }

    private static void RunExamples(
        ConformanceReport report, string name, string folder, JsonNode? expected, HashSet<string> inputs, CancellationToken cancellationToken)
    {
        if (expected is not JsonObject { Count: > 0 } examples)
        {
            report.Fail(name, "expected: an object of file@date to features", "something else, or none");
            return;
        }

        foreach ((string key, JsonNode? want) in examples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string id = $"{name}/{key}";
            int at = key.LastIndexOf('@');
            string path = at <= 0 ? folder : Path.Combine(folder, key[..at]);
            if (at <= 0 || !File.Exists(path) || Path.GetFileName(key[..at]) != key[..at])
            {
                report.Fail(id, "a file beside this one, '@' and a date", key);
                continue;
            }

            inputs.Add(path);
            Compare(report, id, File.ReadAllBytes(path), key[(at + 1)..], want);
        }
    }

    private static void RunCases(ConformanceReport report, string name, JsonNode? list, CancellationToken cancellationToken)
    {
        if (list is not JsonArray { Count: > 0 } cases)
        {
            report.Fail(name, "cases: an array of cases", "something else, or none");
            return;
        }

        for (int place = 0; place < cases.Count; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (cases[place] is not JsonObject vector || vector["id"] is null || vector["asof"] is null || vector["resources"] is null)
            {
                report.Fail($"{name}/{place}", "a case with id, asof, resources and want", cases[place]?.ToJsonString() ?? "null");
                continue;
            }

            Compare(
                report, $"{name}/{vector["id"]}", Encoding.UTF8.GetBytes(vector["resources"]!.ToJsonString()), vector["asof"]!.ToString(), vector["want"]);
        }
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

    // Members in order of name and the skipped reasons, which are a set, in theirs: two descriptions then differ only where they say
    // something else.
    private static string Canonical(JsonNode node)
    {
        JsonNode sorted = Sorted(node);
        if (sorted is JsonObject members && members["skipped"] is JsonArray skipped)
        {
            members["skipped"] = new JsonArray([.. skipped.OrderBy(reason => reason?.ToString(), StringComparer.Ordinal).Select(reason => reason?.DeepClone())]);
        }

        return sorted.ToJsonString();
    }

    private static JsonNode Sorted(JsonNode node) => node is JsonObject members
        ? new JsonObject(members.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value is null ? null : (JsonNode?)Sorted(pair.Value))))
        : node.DeepClone();

    // A member named twice, or a text with half a character, would otherwise be met in the middle of the run.
    private static JsonObject? ReadObject(string path)
    {
        try
        {
            ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
            ReadOnlyMemory<byte> text = bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
            JsonObject? file = JsonNode.Parse(text.Span, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
            file?.ToJsonString();
            return file;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
