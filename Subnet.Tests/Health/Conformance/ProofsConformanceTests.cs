using System.Text.Json.Nodes;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Proofs;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class ProofsConformanceTests
{
    [Test]
    public void Every_case_of_the_outside_vectors_comes_out_as_expected()
    {
        ConformanceReport report = Run(SharedFolder.Require("vectors", "proofs"));

        Assert.That(Faults(report), Is.Empty);
        Assert.That(report.Skips, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(0));
    }

    /// <summary>
    /// Vectors of a second reference, written for this repository from the documents alone in Python's big integers: zero and extreme weights, lengths 2 and 3, seven classes, rows of
    /// zeros, several ciphertexts, the candidate at every edge of an encoding, blind signatures without salt.
    /// </summary>
    [Test]
    public void Every_edge_case_of_a_second_reference_comes_out_as_expected()
    {
        ConformanceReport report = Run(Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", "Health", "Conformance", "EdgeVectors"));

        Assert.That(Faults(report), Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(100));
    }

    [TestCase("unknown.json", """{"cases":[{"id":"a"}]}""")]
    [TestCase("data.bin", "x")]
    [TestCase("generators.JSON", """{"cases":[]}""")]
    [TestCase("generators.json", "no JSON")]
    [TestCase("generators.json", """{"about":"no cases"}""")]
    [TestCase("generators.json", """{"cases":[]}""")]
    [TestCase("generators.json", """{"cases":[{"id":"a","label":"Z","index":0,"point":"","refused":0}]}""")]
    [TestCase("encodings.json", """{"cases":[{"id":"a","kind":"curve","bytes":"","ok":false}]}""")]
    [TestCase("transcript.json", """{"cases":[{"id":"a","name":"x","steps":[{"op":"forget","label":"y"}]}]}""")]
    [TestCase("transcript.json", """{"cases":[{"id":"a","name":"x","steps":[]}]}""")]
    [TestCase("seeds.json", """{"cases":[{"id":"a","master":"00"}]}""")]
    [TestCase("rfc9474.json", """{"cases":[{"id":"a","n":"00","e":"03","input_msg":"","salt_len":48,"sig":"","ok":true}]}""")]
    public void What_is_unknown_wrong_or_malformed_fails(string file, string content)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "README.md"), "no vectors");
        File.WriteAllText(Path.Combine(folder.Path, file), content);

        ConformanceReport report = Run(folder.Path);

        Assert.That(report.Failures, Has.Count.EqualTo(1));
        Assert.That(report.Passed, Is.Zero);
    }

    [Test]
    public void Case_that_a_component_refuses_by_an_exception_is_one_failure_and_the_others_are_replayed()
    {
        using TemporaryFolder folder = new();
        JsonNode file = Edge("openings.json");
        JsonArray cases = file["cases"]!.AsArray();
        int honest = cases.Count;
        JsonNode broken = cases[0]!.DeepClone();
        broken["id"] = "broken";
        broken["n"] = 3;
        broken["weights"] = new JsonArray(1L, 2L, 3L);
        broken["nonce_seed"] = "00";
        cases.Insert(0, broken);
        Write(folder, "openings.json", file);

        ConformanceReport report = Run(folder.Path);

        Assert.That(report.Failures, Has.Count.EqualTo(1));
        Assert.That(report.Passed, Is.EqualTo(honest));
    }

    [TestCase("ctx.miner", "00")]
    [TestCase("ctx.netuid", 65536)]
    [TestCase("commitment", "02")]
    [TestCase("rho", "")]
    [TestCase("proof", "00")]
    [TestCase("n", 0)]
    [TestCase("classes", 70_000)]
    public void Input_that_cannot_be_put_together_passes_as_refused_and_fails_as_taken(string member, object value)
    {
        foreach (bool expected in new[] { false, true })
        {
            using TemporaryFolder folder = new();
            JsonNode file = Edge("linear.json");
            JsonNode only = file["cases"]!.AsArray().First(item => (string?)item!["id"] == "n3")!.DeepClone();
            JsonNode target = member.StartsWith("ctx.", StringComparison.Ordinal) ? only["ctx"]! : only;
            target[member.Split('.')[^1]] = value is int number ? JsonValue.Create(number) : JsonValue.Create((string)value);
            only["ok"] = expected;
            foreach (string gone in new[] { "public_ok", "nonce_seed" })
            {
                only.AsObject().Remove(gone);
            }

            file["cases"] = new JsonArray(only);
            Write(folder, "linear.json", file);

            ConformanceReport report = Run(folder.Path);

            Assert.That(report.Failures, Has.Count.EqualTo(expected ? 1 : 0), $"{member}, {expected}");
        }
    }

    [Test]
    public void Public_check_under_a_root_of_another_length_is_refused_like_one_under_another_root()
    {
        foreach (bool expected in new[] { false, true })
        {
            using TemporaryFolder folder = new();
            JsonNode file = Edge("linear.json");
            JsonNode only = file["cases"]!.AsArray().First(item => (string?)item!["id"] == "n3")!.DeepClone();
            only["root"] = new string('0', 62);
            only["public_ok"] = expected;
            file["cases"] = new JsonArray(only);
            Write(folder, "linear.json", file);

            Assert.That(Faults(Run(folder.Path)).Count(), Is.EqualTo(expected ? 1 : 0));
        }
    }

    [TestCase("queries.json", "set", 5)]
    [TestCase("queries.json", "tbits", 49)]
    [TestCase("queries.json", "n", 200_000)]
    [TestCase("queries.json", "classes", 5_000)]
    [TestCase("queries.json", "card", "00")]
    [TestCase("admission.json", "set", 0)]
    [TestCase("admission.json", "tbits", 3)]
    public void Query_or_model_that_no_set_takes_passes_as_refused_and_fails_as_taken(string name, string member, object value)
    {
        JsonNode made = name == "queries.json"
            ? Edge(name)["cases"]![0]!.DeepClone()
            : JsonNode.Parse("""{"id":"a","set":1,"tbits":26,"norm1":1,"bound":1,"flood_bits":93,"reply_bits":16}""")!;
        made[member] = value is int number ? JsonValue.Create(number) : JsonValue.Create((string)value);
        foreach (bool expected in new[] { false, true })
        {
            using TemporaryFolder folder = new();
            made["ok"] = expected;
            Write(folder, name, new JsonObject { ["cases"] = new JsonArray(made.DeepClone()) });

            Assert.That(Faults(Run(folder.Path)).Count(), Is.EqualTo(expected ? 1 : 0), $"{expected}");
        }
    }

    [Test]
    public void Folder_of_one_file_is_replayed_without_the_files_it_refers_to()
    {
        using TemporaryFolder folder = new();
        Write(folder, "linear.json", Edge("linear.json"));

        ConformanceReport report = Run(folder.Path);

        Assert.That(Faults(report), Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(5));
    }

    private static ConformanceReport Run(string folder)
    {
        ConformanceReport report = new();
        new ProofsConformance().Run(folder, report, CancellationToken.None);
        return report;
    }

    private static IEnumerable<string> Faults(ConformanceReport report) =>
        report.Failures.Select(failure => $"{failure.Case}: expected {failure.Expected}, got {failure.Actual}");

    private static JsonNode Edge(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", "Health", "Conformance", "EdgeVectors", file)))!;

    private static void Write(TemporaryFolder folder, string file, JsonNode content) =>
        File.WriteAllText(Path.Combine(folder.Path, file), content.ToJsonString());
}
