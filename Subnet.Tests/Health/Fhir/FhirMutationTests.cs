using System.Text.Json.Nodes;
using Subnet.Health.Fhir;
using static Subnet.Tests.Health.Fhir.FhirRecords;

namespace Subnet.Tests.Health.Fhir;

/// <summary>Well-formed nonsense: any member of a record replaced by any kind of value.</summary>
[TestFixture]
internal sealed class FhirMutationTests
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "1e-400", "1E+28", "99999999999999999999999999999999999999", "\"\"", "\"NaN\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:60-12:00\"", "\"2024\"", "\"Patient/\"", "\"/\"", "\"urn:uuid:\"", "\"DELETE\"", "\"history\"", "\"searchset\"", "\"Bundle\"", "[]", "[null]", "[[1]]",
        "{}", "{\"coding\":null}", "{\"coding\":[null,1,{}]}", "{\"reference\":\"Patient/x/_history/\"}", "{\"value\":1e400,\"unit\":\"mg/dL\"}", "{\"resourceType\":\"Observation\"}",
    ];

    [Test]
    public void Any_member_of_any_kind_gives_plausible_features_or_the_one_error([Values(1, 2, 3)] int seed)
    {
        Random random = new(seed);
        string person = """{"resourceType":"Patient","id":"p","birthDate":"1960-02-29","gender":"male","deceasedDateTime":"2030","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}]}""";
        string panel = $$"""{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/p"},"code":{{Loinc("85354-9")}},"effectivePeriod":{"start":"2024","end":"2024-02"},"issued":"2024-03-01T00:00:00Z","component":[{"code":{{Loinc("8480-6")}},{{Quantity("120", "mm[Hg]")}} }]}""";
        string smoking = Observation("72166-2", """
            "valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"8517006"}]}
            """);
        string diabetes = Condition("44054006", ",\"clinicalStatus\":{\"coding\":[{\"code\":\"active\"}]},\"onsetDateTime\":\"2020\",\"abatementDateTime\":\"2030\"");
        string[] resources = [person, panel, Cholesterol("200", ",\"meta\":{\"versionId\":\"1\"}"), smoking, diabetes, Observation("59261-8", Quantity("48", "mmol/mol"))];
        string bundle = "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"link\":[{\"relation\":\"self\",\"url\":\"u\"}],\"entry\":["
            + string.Join(',', resources.Select(resource => "{\"fullUrl\":\"urn:uuid:1\",\"request\":{\"method\":\"PUT\",\"url\":\"Observation/1\"},\"resource\":" + resource + "}")) + "]}";
        int extracted = 0;
        for (int round = 0; round < 1500; round++)
        {
            JsonNode root = JsonNode.Parse(bundle)!;
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                Mutate(root, random);
            }

            try
            {
                FeatureSet features = Extract(root.ToJsonString(), random.Next(20) == 0 ? DateOnly.MaxValue : AsOf);
                extracted++;
                foreach (MeasuredFeature feature in FeatureCatalog.Measured)
                {
                    if (features.Values.TryGetValue(feature.Name, out FeatureValue? value))
                    {
                        Assert.That(value.Number, Is.InRange(feature.Least, feature.Largest));
                        Assert.That(value.Of, Is.Positive);
                    }
                }
            }
            catch (FhirException)
            {
                // The one error there may be.
            }
        }

        Assert.That(extracted, Is.GreaterThan(100), "most changes leave a record that can be read");
    }

    private static void Mutate(JsonNode root, Random random)
    {
        List<JsonNode> holders = [.. Holders(root)];
        JsonNode holder = holders[random.Next(holders.Count)];
        JsonNode? value = JsonNode.Parse(Values[random.Next(Values.Length)]);
        if (holder is JsonArray { Count: > 0 } array)
        {
            array[random.Next(array.Count)] = value;
        }
        else if (holder is JsonObject { Count: > 0 } members)
        {
            members[members.ElementAt(random.Next(members.Count)).Key] = value;
        }
    }

    private static IEnumerable<JsonNode> Holders(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(pair => Holders(pair.Value)).Prepend(members),
        JsonArray items => items.SelectMany(Holders).Prepend(items),
        _ => [],
    };
}
