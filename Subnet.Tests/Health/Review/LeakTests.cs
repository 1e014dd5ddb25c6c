using System.Globalization;
using System.Text.Json;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Clinic;
using Subnet.Health.Fhir;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Sources;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>
/// Every real record and table at hand goes through the clinic's gateway to a miner over gRPC, and then every value of it is looked for in the logs
/// of both: names, numbers, codes, dates, features, scores, and the hashes of each.
/// </summary>
[TestFixture]
internal sealed class LeakTests
{
    private RoleNetwork network = null!;
    private IReadOnlySet<string> own = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        network = await RoleNetwork.StartAsync("miner");
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 1, 40);
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 16, 24);
        await network.Clinic.QueryAsync(new ClinicQuery(network.Netuid, "heart", ClinicInput.FromValues(Typical())) { Patient = "nobody" });
        own = (await SearchAsync()).Words;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task No_value_of_any_FHIR_record_is_in_the_logs()
    {
        List<string> values = [];
        int sent = 0;
        foreach (string file in FhirFiles())
        {
            byte[] json = await File.ReadAllBytesAsync(file);
            using JsonDocument document = JsonDocument.Parse(json);
            values.AddRange(LeakSearch.ValuesOf(document.RootElement));
            try
            {
                ClinicAnswer answer = await AskAsync(json);
                values.AddRange(answer.Scores.Select(score => score.Probability).OfType<float>().Select(p => p.ToString("R", CultureInfo.InvariantCulture)));
                sent++;
            }
            catch (Exception refused) when (refused is ClinicException or FhirException)
            {
                Assert.That(refused.Message, Is.Not.Empty, "a record that cannot be read sends nothing; the logs are searched all the same");
            }
        }

        Assert.That(sent, Is.GreaterThanOrEqualTo(10), "queries must have been sent for the search to mean anything");
        Assert.That(values, Has.Count.GreaterThan(1000));
        Assert.That((await SearchAsync()).Find(values, own), Is.Empty);
    }

    [Test]
    public async Task No_value_of_any_table_is_in_the_logs()
    {
        List<string> values = [];
        foreach (string file in Tables())
        {
            // The first rows only: what a log would show of a row does not depend on which it is.
            string[] lines = [.. File.ReadLines(file).Take(21)];
            values.AddRange(lines.SelectMany(line => line.Split(',')).Select(cell => cell.Trim('"')).Where(cell => cell.Length > 0));
            try
            {
                await network.Clinic.QueryAsync(new ClinicQuery(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(string.Join('\n', lines)))));
            }
            catch (Exception refused) when (refused is ClinicException or Subnet.Health.Models.Rows.RowFormatException)
            {
                Assert.That(refused.Message, Is.Not.Empty);
            }
        }

        ClinicAnswer answer = await network.Clinic.QueryAsync(
            new ClinicQuery(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(CompiledSample.Heart.Table(12)))));
        values.AddRange(CompiledSample.Heart.Table(12).Split([',', '\n']));
        values.AddRange(answer.Scores.Select(score => score.Probability).OfType<float>().Select(p => p.ToString("R", CultureInfo.InvariantCulture)));
        Assert.That((await SearchAsync()).Find(values, own), Is.Empty);
    }

    [Test]
    public async Task Search_finds_what_is_there()
    {
        LeakSearch search = await SearchAsync();
        Assert.That(search.Find(["TREAT"], new HashSet<string>()), Is.Not.Empty, "a word");
        byte[] planted = "Mrs. Plantedname-Smith, 1944-03-02"u8.ToArray();
        CanonicalObject leaking = new() { { "subject", "Plantedname" }, { "value", 187 }, { "pred", TestLog.Hash("1944-03-02") } };
        LeakSearch leaks = new([leaking], [.. planted, .. CanonicalJsonWriter.Write(leaking)]);
        foreach (string value in (string[])["Plantedname", "187", "Smith, 1944", "1944-03-02"])
        {
            Assert.That(leaks.Find([value], own), Is.Not.Empty, value);
        }
    }

    /// <summary>Asks with what the record has; what it lacks or has implausibly is entered, as a clinic would.</summary>
    private async Task<ClinicAnswer> AskAsync(byte[] json)
    {
        ClinicQuery query = new(network.Netuid, "heart", ClinicInput.FromFhir(json)) { User = "u-0042", AsOf = new DateOnly(2026, 3, 1) };
        Dictionary<string, string> entered = [];
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await network.Clinic.QueryAsync(query with { Set = entered });
            }
            catch (ClinicException refused) when (refused.Problems.Count > 0 && attempt < 3)
            {
                Dictionary<string, string> typical = Typical();
                foreach (string name in refused.Problems.Select(problem => problem.Input).OfType<string>())
                {
                    entered[name] = typical[name];
                }
            }
        }
    }

    private static IEnumerable<string> FhirFiles() =>
        new[] { SharedFolder.TryFind() is { } shared ? Path.Combine(shared, "data", "fhir") : null, Path.Combine(RepositoryFolder.Find(), "samples", "fhir") }
            .OfType<string>().SelectMany(folder => Directory.EnumerateFiles(folder, "*.json")).Where(file => !file.EndsWith("expected-features.json", StringComparison.Ordinal));

    private static IEnumerable<string> Tables() =>
        new[] { SharedFolder.TryFind() is { } shared ? Path.Combine(shared, "data") : null, Path.Combine(RepositoryFolder.Find(), "samples", "data") }
            .OfType<string>().SelectMany(folder => Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories));

    /// <summary>Inputs of the model that no record has, and plausible values in the place of those that one has.</summary>
    private static Dictionary<string, string> Typical()
    {
        string[] lines = CompiledSample.Heart.Table(1).Split('\n');
        return lines[0].Split(',').Zip(lines[1].Split(',')).Where(pair => pair.First is not ("label" or "num")).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private async Task<LeakSearch> SearchAsync()
    {
        string[] folders = [Path.Combine(network.Folder, "clinic-clinic", "log"), Path.Combine(network.Folder, "miner-miner", "log")];
        await network.Clinic.Log.FlushAsync();
        await network.Miner("miner").Log.FlushAsync();
        List<CanonicalObject> entries = [];
        List<byte> bytes = [];
        foreach (string folder in folders)
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
            {
                bytes.AddRange(await File.ReadAllBytesAsync(file));
            }

            FolderLogSource source = new(folder);
            long size = folder.Contains("clinic-", StringComparison.Ordinal) ? network.Clinic.LogSize : network.Miner("miner").Log.Size;
            entries.AddRange(LogEntries.Read(source, 0, size, size).Select(entry => AuditEntry.Parse(entry.Bytes).Members));
        }

        return new LeakSearch(entries, [.. bytes]);
    }
}
