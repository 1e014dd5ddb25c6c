using System.Text.Json;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance.Seal;

/// <summary>
/// Objects and answers of SEAL 4.1.2, some of 4.4.3, over parameters and chains of operations that the outside vectors do not have: rings from N = 2, 1 to 12 primes of
/// 3 to 60 bits, plain moduli with and without slots, above a prime, above all but the last; forms mixed; seeds of both generators. Made by
/// <c>Interop/seal-oracle</c> (seeds 1 to 400, largest log N 4, 24 operations; with SHAKE256 seeds 1000 to 1011, 12 operations; by 4.4.3
/// seeds 2000 to 2009, 14 operations), of which these folders cover everything with few bytes.
/// </summary>
[TestFixture]
internal sealed class SealCasesTests
{
    private const int Folders = 57;
    private const int Cases = 19681;

    private readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void Unpack() => CaseArchive.Unpack("Health/Conformance/Seal/seal-cases.tar.gz", folder.Path);

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Operations_on_parameters_of_every_kind_give_the_words_of_seal()
    {
        var report = new ConformanceReport();
        new SealConformance().Run(folder.Path, report, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(Directory.GetDirectories(folder.Path), Has.Length.EqualTo(Folders));
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Skips, Is.Empty);
            Assert.That(report.Passed, Is.EqualTo(Cases));
        });
    }

    [Test]
    public void Rarer_kinds_are_among_them()
    {
        JsonElement[] manifests = [.. Directory.GetDirectories(folder.Path).Select(set => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(set, "manifest.json"))).RootElement)];
        Assert.Multiple(() =>
        {
            Assert.That(manifests.Count(IsOneLevelOfSeveralPrimes), Is.GreaterThan(1), "the last prime is one of data");
            Assert.That(manifests.Count(set => Primes(set).Any(q => q < set.GetProperty("plain_modulus").GetUInt64())), Is.GreaterThan(5), "t above a prime");
            Assert.That(manifests.Count(set => Primes(set).Min() < 43), Is.GreaterThan(1), "noise above a prime");
            Assert.That(manifests.Count(set => !set.GetProperty("batching").GetBoolean()), Is.GreaterThan(5), "no slots");
            foreach ((bool ciphertext, bool plaintext) in new[] { (true, false), (false, true), (true, true), (false, false) })
            {
                Assert.That(manifests.Sum(set => Products(set, ciphertext, plaintext)), Is.Positive, $"product of forms {ciphertext} and {plaintext}");
            }
        });
    }

    [Test]
    public void Every_object_is_accepted_and_used_where_files_may_be_damaged()
    {
        using TemporaryFolder copies = new();
        List<object> items = [];
        foreach (string set in Directory.GetDirectories(folder.Path))
        {
            string name = Path.GetFileName(set);
            JsonElement manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(set, "manifest.json"))).RootElement;
            bool isCkks = manifest.GetProperty("scheme").GetString() == "ckks";
            foreach (JsonElement item in manifest.GetProperty("objects").EnumerateArray())
            {
                string file = $"{name}.{item.GetProperty("file").GetString()}";
                string type = item.GetProperty("type").GetString()!;
                File.WriteAllBytes(copies.Combine(file), File.ReadAllBytes(Path.Combine(set, item.GetProperty("file").GetString()!)));
                if (isCkks && type == "ciphertext" && !item.GetProperty("is_ntt_form").GetBoolean())
                {
                    // Loads, and nobody decrypts it in this form.
                    items.Add(new { file, @case = name, type, engine_expect = "load_ok_use_refused" });
                }
                else
                {
                    items.Add(new { file, @case = name, type, engine_expect = "accept", seal_4_4_3 = "ok: loaded" });
                }
            }
        }

        File.WriteAllText(copies.Combine("manifest.json"), JsonSerializer.Serialize(new { items }));
        var report = new ConformanceReport();
        new SealConformance().Run(copies.Path, report, CancellationToken.None);
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Passed, Is.EqualTo(items.Count));
    }

    private static ulong[] Primes(JsonElement set) => [.. set.GetProperty("coeff_modulus").EnumerateArray().Select(q => q.GetUInt64())];

    private static bool IsOneLevelOfSeveralPrimes(JsonElement set) => set.GetProperty("chain").GetArrayLength() == 1 && Primes(set).Length > 1;

    private static int Products(JsonElement set, bool ciphertextInNtt, bool plaintextInNtt)
    {
        if (set.GetProperty("scheme").GetString() != "bfv")
        {
            return 0;
        }

        JsonElement[] objects = [.. set.GetProperty("objects").EnumerateArray()];
        Dictionary<string, bool> inNtt = objects.Where(item => item.TryGetProperty("is_ntt_form", out _))
            .DistinctBy(item => item.GetProperty("name").GetString())
            .ToDictionary(item => item.GetProperty("name").GetString()!, item => item.GetProperty("is_ntt_form").GetBoolean());
        return objects.Count(item =>
            item.TryGetProperty("op", out JsonElement op) && op.GetProperty("name").GetString() == "multiply_plain"
            && inNtt[op.GetProperty("in")[0].GetString()!] == ciphertextInNtt && inNtt[op.GetProperty("in")[1].GetString()!] == plaintextInNtt);
    }
}
