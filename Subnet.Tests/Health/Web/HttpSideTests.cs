using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Cli.Output;
using Subnet.Health.Web.Api;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Telemetry;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>The read-only HTTP side over a ledger with a subnet: documents, pages of them, their description, events, health and metrics.</summary>
[TestFixture]
internal sealed class HttpSideTests
{
    private readonly HttpClient _client = new();
    private InProcessLedger _ledger = null!;
    private RoleMetrics _metrics = null!;
    private HttpSide _side = null!;
    private ushort _netuid;
    private string? _problem;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ledger = new InProcessLedger().Start(5);
        _netuid = await _ledger.CreateSubnet("miner", "validator", "second-miner");
        _metrics = new RoleMetrics();
        DocumentFormat format = new();
        _side = await HttpSide.StartAsync(
            new HttpSideOptions(new IPEndPoint(IPAddress.Loopback, 0)),
            [
                new HealthPart(
                    [
                        new HealthCheck("ledger", _ => Task.FromResult(_problem)),
                        new HealthCheck("thrower", _ => _problem is null ? Task.FromResult<string?>(null) : throw new InvalidOperationException("secret 4711")),
                    ],
                    NullLogger<HealthPart>.Instance),
                new MetricsPart(_metrics),
                new BlocksPart(_ledger.Client, NodeBlockDocument.Of, format),
                new ApiPart(LedgerApi.Routes(_ledger.Client), format, NullLogger<ApiPart>.Instance),
            ],
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        _client.BaseAddress = _side.Address;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _side.DisposeAsync();
        _metrics.Dispose();
        await _ledger.DisposeAsync();
    }

    [TestCase("/api/v1/node", typeof(NodeStatusDocument))]
    [TestCase("/api/v1/blocks/1", typeof(NodeBlockDocument))]
    [TestCase("/api/v1/subnets", typeof(SubnetsListDocument))]
    [TestCase("/api/v1/subnets/N", typeof(SubnetsShowDocument))]
    [TestCase("/api/v1/subnets/N/hyperparameters", typeof(SubnetsHyperparametersDocument))]
    [TestCase("/api/v1/subnets/N/metagraph", typeof(MetagraphDocument))]
    [TestCase("/api/v1/subnets/N/weights", typeof(WeightsShowDocument))]
    [TestCase("/api/v1/delegates", typeof(DelegateListDocument))]
    [TestCase("/api/v1/accounts/A/stakes", typeof(StakeListDocument))]
    [TestCase("/api/v1/proposals", typeof(GovListDocument))]
    public async Task A_route_answers_the_document_of_its_command(string path, Type document)
    {
        HttpResponseMessage response = await Get(Fill(path));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        JsonNode body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(body["format"]!.GetValue<string>(), Is.EqualTo(DocumentSchema.FormatOf(document)));
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(document))!, body), Is.Empty);
    }

    [TestCase("/api/v1/subnets/77", 404, "not-found")]
    [TestCase("/api/v1/subnets/77/metagraph", 404, "not-found")]
    [TestCase("/api/v1/blocks/0", 404, "not-found")]
    [TestCase("/api/v1/blocks/99999999", 404, "not-found")]
    [TestCase("/api/v1/proposals/5", 404, "not-found")]
    [TestCase("/api/v1/nothing", 404, "not-found")]
    [TestCase("/api/v1/subnets/x", 400, "usage")]
    [TestCase("/api/v1/subnets/70000", 400, "usage")]
    [TestCase("/api/v1/subnets?limit=4097", 400, "usage")]
    [TestCase("/api/v1/subnets?limit=-1", 400, "usage")]
    [TestCase("/api/v1/subnets?limit=1&limit=2", 400, "usage")]
    [TestCase("/api/v1/subnets?colour=blue", 400, "usage")]
    [TestCase("/api/v1/accounts/nobody/stakes", 400, "usage")]
    public async Task What_is_not_there_or_not_understood_is_an_error_document(string path, int status, string code)
    {
        HttpResponseMessage response = await Get(path);
        JsonNode body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(((int)response.StatusCode, body["code"]!.GetValue<string>()), Is.EqualTo((status, code)));
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(ErrorDocument)))!, body), Is.Empty);
    }

    [Test]
    public async Task A_list_comes_in_pages_that_name_the_next()
    {
        List<int> uids = [];
        string? next = Fill("/api/v1/subnets/N/metagraph?limit=3");
        int pages = 0;
        while (next is not null)
        {
            HttpResponseMessage response = await Get(next);
            JsonNode body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            uids.AddRange(body["neurons"]!.AsArray().Select(n => n!["uid"]!.GetValue<int>()));
            Assert.That(response.Headers.GetValues("X-Total-Count").Single(), Is.EqualTo("4"));
            next = response.Headers.TryGetValues("Link", out IEnumerable<string>? link) ? link.Single().Split('<', '>')[1] : null;
            pages++;
        }

        Assert.That(uids, Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(pages, Is.EqualTo(2));
    }

    [Test]
    public async Task The_description_names_every_route_and_its_schemas()
    {
        JsonNode description = JsonNode.Parse(await _client.GetStringAsync("/api/v1/openapi.json"))!;
        Assert.That(description["openapi"]!.GetValue<string>(), Is.EqualTo("3.1.0"));
        JsonObject paths = description["paths"]!.AsObject(), schemas = description["components"]!["schemas"]!.AsObject();
        Assert.That(paths.Select(path => path.Key), Is.EquivalentTo(LedgerApi.Routes(_ledger.Client).Select(route => "/api/v1" + route.Path)));
        string[] references = [.. References(paths).Distinct()];
        Assert.That(references, Is.SubsetOf(schemas.Select(schema => "#/components/schemas/" + schema.Key)));
        Assert.That(References(schemas), Has.All.StartWith("#/components/schemas/"), "a schema refers to itself under its place in this file");
    }

    [Test]
    public async Task New_blocks_come_as_events_and_a_reader_goes_on_where_it_was()
    {
        ulong[] first = await ReadHeights(null, 3);
        Assert.That(first, Is.EqualTo(new[] { first[0], first[0] + 1, first[0] + 2 }));
        ulong[] again = await ReadHeights(first[0], 3);
        Assert.That(again, Is.EqualTo(new[] { first[0] + 1, first[0] + 2, first[0] + 3 }));
    }

    [Test]
    public async Task Health_is_well_until_a_check_is_not_and_tells_no_secrets()
    {
        _problem = null;
        Assert.That(await _client.GetStringAsync("/healthz"), Is.EqualTo("ok\nledger: ok\nthrower: ok\n"));
        _problem = "no block for a minute";
        HttpResponseMessage response = await Get("/healthz");
        string text = await response.Content.ReadAsStringAsync();
        _problem = null;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(text, Does.Contain("ledger: no block for a minute").And.Not.Contain("4711"));
    }

    [Test]
    public async Task Every_answer_is_locked_down_and_a_foreign_host_gets_nothing()
    {
        HttpResponseMessage response = await Get("/healthz");
        Assert.That(response.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'").And.Not.Contain("unsafe"));
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        Assert.That(response.Headers.Contains("Server"), Is.False);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/api/v1/node");
        rebound.Headers.Host = "evil.example";
        HttpResponseMessage refused = await _client.SendAsync(rebound);
        Assert.That(((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()), Is.EqualTo((421, "")));
    }

    [Test]
    public async Task Broken_long_and_unread_requests_end_and_it_goes_on() => await HttpPortAttack.RunAsync(_side.Address, "/metrics", "/api/v1/blocks/events");

    [Test]
    public async Task Nothing_can_be_written()
    {
        foreach (HttpMethod method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
        {
            using HttpRequestMessage request = new(method, "/api/v1/node");
            Assert.That((int)(await _client.SendAsync(request)).StatusCode, Is.AnyOf(404, 405), method.Method);
        }
    }

    [Test]
    public async Task Plaintext_beyond_loopback_is_refused()
    {
        Func<Task> start = () => HttpSide.StartAsync(new HttpSideOptions(new IPEndPoint(IPAddress.Any, 0)), [], NullLoggerFactory.Instance, TimeProvider.System, default);
        Assert.That(start, Throws.ArgumentException);
        await Task.CompletedTask;
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => m.Key == "$ref" ? [m.Value!.GetValue<string>()] : References(m.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private Task<HttpResponseMessage> Get(string path) => _client.GetAsync(path);

    private string Fill(string path) =>
        path.Replace("/N", $"/{_netuid}", StringComparison.Ordinal).Replace("/A/", $"/{_ledger.Id("miner")}/", StringComparison.Ordinal);

    private async Task<ulong[]> ReadHeights(ulong? after, int count)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/blocks/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after.Value.ToString(CultureInfo.InvariantCulture));
        }

        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        List<ulong> heights = [];
        while (heights.Count < count)
        {
            string line = (await reader.ReadLineAsync().WaitAsync(Patience.Long))!;
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                JsonNode block = JsonNode.Parse(line[6..])!;
                Assert.That(block["format"]!.GetValue<string>(), Is.EqualTo(NodeBlockDocument.FormatName));
                heights.Add(ulong.Parse(block["height"]!.GetValue<string>(), CultureInfo.InvariantCulture));
            }
        }

        return [.. heights];
    }
}
