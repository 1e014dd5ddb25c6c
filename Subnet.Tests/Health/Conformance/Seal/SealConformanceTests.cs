using Subnet.Crypto.Lattice;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance.Seal;

[TestFixture]
internal sealed class SealConformanceTests
{
    [Test]
    public void Vectors_of_seal_are_replayed_without_a_failure()
    {
        ConformanceReport report = Run(SharedFolder.Require("vectors", "seal"));
        Assert.Multiple(() =>
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Skips, Is.Empty);
            Assert.That(report.Passed, Is.GreaterThan(2000));
        });
    }

    [TestCase("DOTNET_EnableAVX512", VectorPath.Vector256)]
    [TestCase("DOTNET_EnableAVX2", VectorPath.Vector128)]
    [TestCase("DOTNET_EnableHWIntrinsic", VectorPath.Scalar)]
    public async Task Vectors_are_replayed_with_narrower_registers(string variable, VectorPath widest)
    {
        string folder = SharedFolder.Require("vectors", "seal");
        VectorPath expected = (VectorPath)Math.Min((int)widest, (int)ActiveVectorPath.Current);
        (int exitCode, string output, string error) = await SubnetProcess.RunAsync(
            folder, ["conformance", "seal", folder], new Dictionary<string, string> { [variable] = "0" });
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Zero, error);
            Assert.That(output, Does.StartWith($"note vector path: {expected}\n"), "the switch did not take effect");
            Assert.That(output, Does.EndWith(" 0 failed, 0 skipped\n"));
        });
    }

    [Test]
    public void Empty_folder_has_no_case()
    {
        using TemporaryFolder folder = new();
        Assert.That(Run(folder.Path).IsEmpty);
    }

    [Test]
    public void Unknown_file_is_a_failure()
    {
        using TemporaryFolder folder = CopyOfSmallSet();
        File.WriteAllText(folder.Combine("extra.seal"), "?");
        Assert.That(Run(folder.Path).Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "extra.seal" }));
    }

    [Test]
    public void Missing_file_is_a_failure()
    {
        using TemporaryFolder folder = CopyOfSmallSet();
        File.Delete(folder.Combine("negate.none.seal"));
        Assert.That(Run(folder.Path).Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "negate.none.seal load" }));
    }

    [TestCase("\"name\": \"negate\", \"in\"", "\"name\": \"invert\", \"in\"", "negate.none.seal invert")]
    [TestCase("\"name\": \"sub\", \"in\": [\"ct_a\", \"ct_b\"]", "\"name\": \"sub\", \"in\": [\"ct_b\", \"ct_a\"]", "sub.none.seal sub")]
    [TestCase("\"step\": 5", "\"step\": 4", "rot_p5.none.seal rotate_rows")]
    [TestCase("\"step\": 5", "\"step\": 5, \"twice\": true", "rot_p5.none.seal rotate_rows")]
    [TestCase("\"slots_fnv1a64\"", "\"slots_sha256\"", "pt_a.none.seal slots_sha256")]
    [TestCase("\"type\": \"relin_keys\"", "\"type\": \"evaluation_keys\"", "rlk_seeded.zstd.seal load")]
    [TestCase("\"slot_count\": 64", "\"slot_count\": 32", "manifest.json slot_count")]
    public void Changed_manifest_is_a_failure(string original, string changed, string failing)
    {
        Assert.That(Changed(original, changed).Failures.Select(failure => failure.Case), Does.Contain(failing));
    }

    [TestCase("\"note\": 1", "\"remark\": 1", "manifest.json members")]
    [TestCase("\"poly_count\"", "\"polynomials\"", "ct_a.none.seal members")]
    [TestCase("\"name\": \"negate\", \"in\": [\"ct_a\"]", "\"name\": \"negate\", \"in\": [\"ct_a\", \"ct_b\"]", "negate.none.seal op")]
    [TestCase("\"name\": \"negate\", \"in\": [\"ct_a\"]", "\"name\": \"negate\", \"in\": [\"ct_a\", \"pt_b\"]", "negate.none.seal op")]
    [TestCase("\"name\": \"negate\", \"in\": [\"ct_a\"]", "\"name\": \"negate\", \"in\": [\"ct_z\"]", "negate.none.seal op")]
    [TestCase("\"coeff\": 130815", "\"coeff\": 130814", "pt_mono.none.seal monomial")]
    [TestCase("\"name\": \"pt_b\", \"type\"", "\"nome\": \"pt_b\", \"type\"", "manifest.json objects[13]")]
    public void Manifest_beyond_the_schema_is_a_failure(string original, string changed, string failing) =>
        Assert.That(Changed(original, changed).Failures.Select(failure => failure.Case), Does.Contain(failing));

    [TestCase("\"name\": \"mod_switch_to_last\"", "\"name\": \"mod_switch_to\"")]
    [TestCase("\"name\": \"mod_switch_to_last\"", "\"name\": \"mod_switch_to\", \"chain_index\": 0")]
    [TestCase("\"name\": \"rotate_rows\", \"in\": [\"ct_a\", \"glk\"], \"step\": 1", "\"name\": \"rotate_many\", \"in\": [\"ct_a\", \"glk\"], \"steps\": [-1, 1, 4], \"step\": 1")]
    [TestCase("\"name\": \"rotate_rows\", \"in\": [\"ct_a\", \"glk\"], \"step\": 1", "\"name\": \"apply_galois\", \"in\": [\"ct_a\", \"glk\"], \"elt\": 3")]
    [TestCase("\"name\": \"relinearize\", \"in\": [\"mul\", \"rlk\"]", "\"name\": \"multiply_relinearize\", \"in\": [\"ct_a\", \"ct_b\", \"rlk\"]")]
    [TestCase("\"name\": \"relinearize\", \"in\": [\"mul\", \"rlk\"]", "\"name\": \"relinearize\", \"in\": [\"mul\"]")]
    [TestCase("\"name\": \"add\", \"in\": [\"ct_a\", \"ct_b\"]", "\"name\": \"add_many\", \"in\": [\"ct_b\", \"ct_a\"]")]
    [TestCase("\"name\": \"negate\", \"in\": [\"ct_a\"]", "\"name\": \"negate\", \"in\": [\"x\"], \"note\": \"x = rotate_rows(rotate_rows(ct_a, 0), glk, 0)\"")]
    public void Same_result_by_another_way_passes(string original, string changed)
    {
        ConformanceReport report = Changed(original, changed);
        Assert.That(report.Failures, Is.Empty);
    }

    [Test]
    public void Result_that_is_not_deterministic_is_judged_by_its_message()
    {
        ConformanceReport report = Changed("\"deterministic\": true", "\"deterministic\": false");
        Assert.That(report.Failures, Is.Empty);
        report = Changed(
            "\"name\": \"sub\", \"in\": [\"ct_a\", \"ct_b\"]}, \"deterministic\": true", "\"name\": \"sub\", \"in\": [\"ct_b\", \"ct_a\"]}, \"deterministic\": false");
        Assert.That(report.Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "sub.none.seal sub" }));
    }

    [Test]
    public void Keys_that_nothing_names_are_ambiguous_where_there_are_several()
    {
        using TemporaryFolder folder = CopyOfSmallSet();
        string path = folder.Combine("manifest.json");
        string manifest = Compact(File.ReadAllText(path))
            .Replace("\"name\": \"relinearize\", \"in\": [\"mul\", \"rlk\"]", "\"name\": \"relinearize\", \"in\": [\"mul\"]", StringComparison.Ordinal);
        int first = manifest.IndexOf("\"name\": \"rlk\"", StringComparison.Ordinal);
        Assert.That(first, Is.GreaterThan(0));
        File.WriteAllText(path, manifest[..first] + "\"name\": \"other\"" + manifest[(first + "\"name\": \"rlk\"".Length)..]);

        ConformanceFailure[] failures = [.. Run(folder.Path).Failures];
        Assert.That(failures.Select(failure => failure.Case), Is.EqualTo(new[] { "mul_relin.none.seal op" }));
        Assert.That(failures[0].Actual, Does.Contain("relinearization keys, named where there are several"));
    }

    [Test]
    public void Changed_word_of_a_result_is_a_failure_of_every_aspect_it_touches()
    {
        using TemporaryFolder folder = CopyOfSmallSet();
        string path = folder.Combine("mul_relin.none.seal");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[16 + 73 + 24 + (8 * 10)] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.That(Run(folder.Path).Failures.Select(failure => failure.Case), Does.Contain("mul_relin.none.seal relinearize"));
    }

    [Test]
    public void Damaged_file_that_is_accepted_is_a_failure()
    {
        using TemporaryFolder folder = new();
        string source = SharedFolder.Require("vectors", "seal", "malformed");
        foreach (string file in new[] { "bfv-64.parms.none.seal", "bfv-64.sk.zstd.seal" })
        {
            File.Copy(Path.Combine(source, file), folder.Combine(file));
        }

        File.Copy(SharedFolder.Require("vectors", "seal", "bfv-64", "ct_a.none.seal"), folder.Combine("ct.seal"));
        File.WriteAllText(
            folder.Combine("manifest.json"),
            """{"items": [{"file": "ct.seal", "case": "bfv-64", "type": "ciphertext", "engine_expect": "reject"}, {"file": "ct.seal", "case": "bfv-64", "type": "ciphertext", "engine_expect": "perhaps"}]}""");

        Assert.That(Run(folder.Path).Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "ct.seal", "ct.seal" }));
    }

    [Test]
    public void Unknown_table_and_wrong_answer_are_failures()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(
            folder.Combine("tables.json"),
            """{"plain_modulus_batching": [{"n": 64, "bits": 20, "t": 1048192}], "recipes": [{}]}""");

        Assert.That(
            Run(folder.Path).Failures.Select(failure => failure.Case),
            Is.EqualTo(new[] { "tables.json plain_modulus_batching[0]", "tables.json recipes" }));
    }

    private static ConformanceReport Changed(string original, string changed)
    {
        using TemporaryFolder folder = CopyOfSmallSet();
        string path = folder.Combine("manifest.json");
        string manifest = Compact(File.ReadAllText(path));
        if (original.StartsWith("\"note\"", StringComparison.Ordinal))
        {
            manifest = "{" + original + ", " + manifest[1..];
        }

        Assert.That(manifest, Does.Contain(original));
        File.WriteAllText(path, manifest.Replace(original, changed, StringComparison.Ordinal));
        return Run(folder.Path);
    }

    private static ConformanceReport Run(string folder)
    {
        ConformanceReport report = new();
        new SealConformance().Run(folder, report, CancellationToken.None);
        return report;
    }

    private static TemporaryFolder CopyOfSmallSet()
    {
        string source = SharedFolder.Require("vectors", "seal", "bfv-64");
        TemporaryFolder folder = new();
        foreach (string file in Directory.EnumerateFiles(source))
        {
            // A copy of the content only: the vectors are read-only.
            File.WriteAllBytes(folder.Combine(Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        return folder;
    }

    // The spacing of the manifest is not part of its schema; the tests replace text in one fixed spacing.
    private static string Compact(string json) => System.Text.RegularExpressions.Regex
        .Replace(System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString(), "(?<=\")(:)|(,)(?=[\"{\\[])", match => match.Value + " ");
}
