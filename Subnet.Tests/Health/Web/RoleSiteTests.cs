using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands.Miners;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Web.Sessions;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Health.Review;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>The HTTP sides of a miner and of a clinic's gateway, over a network that answered a real query.</summary>
[TestFixture]
internal sealed partial class RoleSiteTests
{
    private const string Patient = "patient-4711";

    private readonly RoleSites sites = new(NullLoggerFactory.Instance, TimeProvider.System, null);
    private readonly OperatingSystemRandomSource random = new();
    private RoleNetwork network = null!;
    private SigningKey clinicKey = null!;
    private ClinicAnswer answer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        network = await RoleNetwork.StartAsync("miner", "second-miner");
        clinicKey = InProcessLedger.SigningKeyOf("clinic");
        await using ClinicClient clinic = await network.OpenClinicAsync("desk");
        foreach (string miner in new[] { "miner", "second-miner" })
        {
            await clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf(miner), 1, 3);
        }

        answer = await clinic.QueryAsync(Query());
        await clinic.ReportOutcomeAsync(answer.Scores[0].Event, true);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        clinicKey?.Dispose();
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        random.Dispose();
    }

    [Test]
    public async Task Miner_serves_health_metrics_its_status_and_its_card()
    {
        string name = new[] { "miner", "second-miner" }.Single(n => RoleNetwork.AddressOf(n) == answer.Queries[0].Miner);
        await using IRoleSite site = await sites.MinerAsync(network.Miner(name), network.Ledger.Client, default);
        using HttpClient client = new() { BaseAddress = site.Address };
        await using (ClinicClient clinic = await network.OpenClinicAsync("desk"))
        {
            Assert.That((await clinic.QueryAsync(Query())).Queries[0].Miner, Is.EqualTo(RoleNetwork.AddressOf(name)), "the best miner is asked again");
        }

        Assert.That(await client.GetStringAsync("/healthz"), Is.EqualTo("ok\nledger: ok\nqueries: ok\nlog: ok\n"));
        Assert.That(await client.GetStringAsync("/metrics"), Does.Match($"subnet_miner_queries_answered_total\\{{[^}}]*miner=\"{name}\"[^}}]*\\}} [1-9]"));
        JsonNode status = JsonNode.Parse(await client.GetStringAsync("/api/v1/miner"))!;
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(MinerStatusDocument)))!, status), Is.Empty);
        Assert.That(((string)status["hotkey"]!, (bool)status["is_serving"]!, (bool)status["models"]![0]!["is_served"]!), Is.EqualTo((RoleNetwork.AddressOf(name), true, true)));
        JsonNode description = JsonNode.Parse(await client.GetStringAsync("/api/v1/openapi.json"))!;
        Assert.That(description["paths"]!.AsObject().Select(p => p.Key), Does.Contain("/api/v1/miner").And.Contain("/api/v1/subnets"));
        Assert.That(await client.GetStringAsync($"/subnets/{network.Netuid}/miners"), Does.Contain(CompiledSample.Heart.Publish(network.Randomness, 9).Id));
        using HttpResponseMessage events = await client.GetAsync("/api/v1/blocks/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.That(events.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
    }

    [Test]
    public async Task Gateway_counts_what_commands_in_other_processes_asked_and_names_nobody()
    {
        // Two patients: tokens of the other tests are of another size.
        ClinicQuery Two() => new(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(CompiledSample.Heart.Table(2))));
        await using (ClinicClient poor = await network.OpenClinicAsync("figures"))
        {
            Assert.That((await Assert.ThrowsAsync<ClinicException>(() => poor.QueryAsync(Two())))!.Fault, Is.EqualTo(ClinicFault.NoToken));
        }

        await using GatewayView gateway = new(
            new ClinicSettings("figures", Path.Combine(network.Folder, "clinic-figures"), _ => network.IssuerAddress), clinicKey, network.Ledger.Client, TimeProvider.System, random)
        {
            MeasureInterval = TimeSpan.FromMilliseconds(5),
        };
        await using IRoleSite site = await sites.ClinicAsync(gateway, clinicKey.PublicKey.ToArray(), network.Ledger.Client, default);
        using HttpClient client = new() { BaseAddress = site.Address };
        ClinicAnswer asked;
        await using (ClinicClient clinic = await network.OpenClinicAsync("figures"))
        {
            foreach (string miner in new[] { "miner", "second-miner" })
            {
                await clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf(miner), 16, 2);
            }

            asked = await clinic.QueryAsync(Two());
        }

        string text = "";
        await Patience.UntilAsync(async () =>
        {
            text = await client.GetStringAsync("/metrics");
            return text.Contains("subnet_gateway_queries_total{gateway=\"figures\",outcome=\"answered\"}", StringComparison.Ordinal)
                && text.Contains("rows=\"16\",state=\"ready\"} 3", StringComparison.Ordinal);
        });
        Assert.That(text, Does.Contain("subnet_gateway_queries_total{gateway=\"figures\",outcome=\"no-token\"} 1"));
        Assert.That(text, Does.Match("subnet_gateway_query_duration_s_count\\{gateway=\"figures\",outcome=\"answered\"\\} [1-9]"));
        Assert.That(text, Does.Contain("subnet_gateway_failovers_total{gateway=\"figures\"} 0"));
        string[] own = [.. text.Split('\n').Where(line => line.Contains("subnet_gateway", StringComparison.Ordinal))];
        string file = await File.ReadAllTextAsync(Path.Combine(network.Folder, "clinic-figures", "query-ends"));
        foreach (string secret in new[] { asked.Queries[0].Miner, asked.Scores[0].Event, "patient" })
        {
            Assert.That(own.Append(file), Has.None.Contains(secret));
        }
    }

    [Test]
    public async Task Miner_that_drains_is_not_well()
    {
        await using RoleNetwork other = await RoleNetwork.StartAsync("miner");
        await using IRoleSite site = await sites.MinerAsync(other.Miner("miner"), other.Ledger.Client, default);
        using HttpClient client = new() { BaseAddress = site.Address };
        await other.Miner("miner").StopAsync();
        HttpResponseMessage health = await client.GetAsync("/healthz");
        Assert.That((health.StatusCode, await health.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "not well\nledger: ok\nqueries: it takes no queries\nlog: ok\n")));
    }

    [Test]
    public async Task Gateway_shows_a_result_to_its_own_clinic_after_the_look_was_logged()
    {
        await using GatewayView gateway = View();
        await using IRoleSite site = await sites.ClinicAsync(gateway, clinicKey.PublicKey.ToArray(), network.Ledger.Client, default);
        using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        Assert.That(await client.GetStringAsync("/healthz"), Does.StartWith("ok\n").And.Contain("history: ok"));
        await SignInAsync(client, clinicKey);
        string list = await client.GetStringAsync("/clinic");
        Assert.That(list, Does.Contain("1 patient").Or.Contain("Show and record"));
        Assert.That(list, Does.Not.Contain(Patient), "a list is no look at a patient");
        Assert.That(list, Does.Match(@"2 can be used|5 can be used"), "the budget of tokens");
        string shown = await ShowAsync(client, list);
        Assert.That(WebUtility.HtmlDecode(shown), Does.Contain(Patient)
            .And.Contain(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{answer.Scores[0].Probability * 100:0.0} %"))
            .And.Contain("the miner's signature holds")
            .And.Contain($"{answer.Queries[0].QueryBytes:#,##0} bytes")
            .And.Contain("any value of a patient")
            .And.Contain("trestbps")
            .And.Contain("<td>yes</td>")
            .And.Contain("age is approximate").And.Contain("an entry of sbp was passed over: its unit is missing"));
        Assert.That(Secrets().Find("the clinic's page", list + shown), Is.Empty);
        AuditEntry[] viewed = [.. Published().Where(entry => entry.Type == "result.viewed" && entry.Ref == answer.Scores[0].Event)];
        Assert.That(viewed[^1].Members.ObjectOrNull("actor")?.TextOrNull("role"), Is.EqualTo("portal"));
    }

    [Test]
    public async Task Nothing_of_a_patient_and_no_secret_is_on_any_page_or_document_without_signing_in()
    {
        SecretSearch secrets = Secrets();
        await using GatewayView gateway = View();
        await using IRoleSite clinic = await sites.ClinicAsync(gateway, clinicKey.PublicKey.ToArray(), network.Ledger.Client, default);
        await using IRoleSite miner = await sites.MinerAsync(network.Miner("miner"), network.Ledger.Client, default);
        foreach (IRoleSite site in new[] { clinic, miner })
        {
            using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
            Queue<string> paths = new(["/", "/clinic", "/metrics", "/healthz", "/api/v1/openapi.json", .. ApiPaths()]);
            HashSet<string> seen = [.. paths];
            while (paths.TryDequeue(out string? path))
            {
                HttpResponseMessage response = await client.GetAsync(path);
                string body = await response.Content.ReadAsStringAsync();
                Assert.That(body, Does.Not.Contain(Patient).And.Not.Contain(answer.Scores[0].Event), path);
                Assert.That(secrets.Find(path, body + response.Headers), Is.Empty);
                if (path.StartsWith("/clinic", StringComparison.Ordinal))
                {
                    Assert.That((response.StatusCode, body), Is.EqualTo(site == clinic ? (HttpStatusCode.Redirect, "") : (HttpStatusCode.NotFound, body)), "only on the clinic's own gateway, and after signing in");
                }

                foreach (string next in Links().Matches(body).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Where(l => !l.Contains("events", StringComparison.Ordinal)))
                {
                    if (seen.Count < 200 && seen.Add(next))
                    {
                        paths.Enqueue(next);
                    }
                }
            }

            Assert.That(seen, Has.Count.GreaterThan(20));
        }
    }

    [Test]
    public async Task Another_key_does_not_sign_in_to_the_clinics_page()
    {
        await using GatewayView gateway = View();
        await using IRoleSite site = await sites.ClinicAsync(gateway, clinicKey.PublicKey.ToArray(), network.Ledger.Client, default);
        using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        using SigningKey stranger = InProcessLedger.SigningKeyOf("miner-hot");
        Assert.That(await LoginAsync(client, stranger), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await client.GetAsync("/clinic")).StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
    }

    [Test]
    public async Task A_look_that_cannot_be_recorded_shows_nothing()
    {
        await using GatewayView gateway = View(TimeSpan.FromMilliseconds(100));
        await using IRoleSite site = await sites.ClinicAsync(gateway, clinicKey.PublicKey.ToArray(), network.Ledger.Client, default);
        using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        await SignInAsync(client, clinicKey);
        string list = await client.GetStringAsync("/clinic");
        await using ClinicClient busy = await network.OpenClinicAsync("desk");
        string shown = await ShowAsync(client, list, HttpStatusCode.ServiceUnavailable);
        Assert.That(shown, Does.Contain("could not be recorded").And.Not.Contain(Patient));
    }

    private static SecretSearch Secrets()
    {
        SecretSearch secrets = new();
        byte[] seed = new byte[SigningKey.SeedByteCount];
        foreach (string name in new[] { "clinic", "owner", "miner", "miner-hot", "second-miner-hot", "sequencer" })
        {
            using SigningKey key = InProcessLedger.SigningKeyOf(name);
            key.CopySeed(seed);
            secrets.Add("seed of " + name, seed);
            secrets.Add("at-rest signature of " + name, DomainSignature.Sign(key, "subnet-at-rest/1", "clinic/desk"u8));
        }

        return secrets;
    }

    private ClinicQuery Query() => new(network.Netuid, "heart", ClinicInput.FromFhir(HeartRecord.Json())) { Patient = Patient, Set = HeartRecord.Entered(), AsOf = HeartRecord.AsOf };

    private static IEnumerable<string> ApiPaths() => ["/api/v1/node", "/api/v1/subnets", "/api/v1/delegates", "/api/v1/proposals", "/api/v1/miner", "/api/v1/blocks/1"];

    [GeneratedRegex("(?:href|src)=\"(/[^\"#]*)\"")]
    private static partial Regex Links();

    [GeneratedRegex("name=\"challenge\" value=\"([^\"]+)\"")]
    private static partial Regex Challenge();

    [GeneratedRegex("name=\"csrf\" value=\"([^\"]+)\"")]
    private static partial Regex Csrf();

    private static async Task<HttpStatusCode> LoginAsync(HttpClient client, SigningKey key)
    {
        string challenge = Challenge().Match(await client.GetStringAsync("/login?role=clinic&return=/clinic")).Groups[1].Value;
        byte[] signature = DomainSignature.Sign(key, LoginChallenges.Domain, Encoding.UTF8.GetBytes(challenge));
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["role"] = "clinic", ["return"] = "/clinic", ["challenge"] = challenge, ["key"] = key.Address, ["signature"] = Convert.ToHexStringLower(signature),
        });
        return (await client.PostAsync("/login", form)).StatusCode;
    }

    private static async Task SignInAsync(HttpClient client, SigningKey key) => Assert.That(await LoginAsync(client, key), Is.EqualTo(HttpStatusCode.Redirect));

    private async Task<string> ShowAsync(HttpClient client, string list, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using FormUrlEncodedContent form = new(new Dictionary<string, string> { ["csrf"] = Csrf().Match(list).Groups[1].Value, ["event"] = answer.Scores[0].Event });
        HttpResponseMessage response = await client.PostAsync("/clinic/result", form);
        Assert.That(response.StatusCode, Is.EqualTo(expected));
        return await response.Content.ReadAsStringAsync();
    }

    private GatewayView View(TimeSpan? patience = null) => new(
        new ClinicSettings("desk", Path.Combine(network.Folder, "clinic-desk"), _ => network.IssuerAddress), clinicKey, network.Ledger.Client, TimeProvider.System, random)
    {
        Patience = patience ?? Support.Patience.Long,
        WitnessPatience = TimeSpan.FromMinutes(1),
    };

    private IEnumerable<AuditEntry> Published()
    {
        FolderLogSource source = new(Path.Combine(network.Folder, "clinic-desk", "log"));
        long size = Checkpoint.Parse(SignedNote.Parse(source.ReadCheckpoint()).Text).Size;
        return LogEntries.Read(source, 0, size, size).Select(entry => AuditEntry.Parse(entry.Bytes));
    }
}
