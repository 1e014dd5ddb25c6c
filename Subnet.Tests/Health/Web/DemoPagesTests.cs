using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Cli.Output;
using Subnet.Health.Network.Demo;
using Subnet.Health.Wallets;
using Subnet.Health.Web.Sessions;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>
/// Every page in a real browser over the state that <c>subnet demo</c> leaves: <c>subnet dashboard</c> and <c>subnet clinic serve</c> as processes of their own, keys from the
/// demonstration's wallets. A visit fails on any console error and on any request to another host; its pictures are artefacts of the run.
/// </summary>
[TestFixture]
internal sealed partial class DemoPagesTests
{
    private static readonly string[] Public =
    [
        "/", "/subnets/1/metagraph", "/subnets/1/consensus", "/subnets/1/consensus?layer=bonds", "/subnets/1/emission", "/subnets/1/miners",
        "/subnets/2/consensus", "/subnets/2/emission", "/subnets/2/miners", "/subnets/3/miners", "/login?role=reviewer",
    ];

    private readonly SigningKey _reviewer = InProcessLedger.SigningKeyOf("reviewer of the demonstration");
    private string _home = null!;
    private JsonNode _report = null!;
    private ServedPages _dashboard = null!;
    private ServedPages _clinic = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (_home, _report) = await DemoState.GetAsync();
        string password = Path.Combine(_home, "password");
        await File.WriteAllTextAsync(password, DemoKeys.Password);
        _dashboard = await ServedPages.StartAsync(_home, "dashboard", "--reviewer", _reviewer.Address);
        _clinic = await ServedPages.StartAsync(
            _home, "clinic", "serve", "--clinic-name", DemoPlan.FhirClinic, "--wallet-name", "clinic-" + DemoPlan.FhirClinic, "--password-file", password);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (_dashboard?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_clinic?.DisposeAsync() ?? ValueTask.CompletedTask);
        _reviewer.Dispose();
    }

    [TestCaseSource(nameof(Public))]
    public async Task Every_public_page_stands_out_has_names_and_fits(string path)
    {
        foreach ((ColorScheme scheme, int width) in new[] { (ColorScheme.Light, 1280), (ColorScheme.Dark, 390) })
        {
            await using Visit visit = await Browser.OpenAsync(Dashboard, scheme, width);
            await visit.Page.GotoAsync(path);
            Assert.That(await visit.Page.Locator("h1").CountAsync(), Is.EqualTo(1));
            Assert.That(await visit.Page.EvaluateAsync<string[]>(PageScripts.Faint), Is.Empty, $"{path} {scheme}");
            Assert.That(await visit.Page.EvaluateAsync<string[]>(PageScripts.Nameless), Is.Empty, path);
            Assert.That(await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width), path);
            await visit.KeepAsync($"demo{path.Split('?')[0].Replace('/', '-')}{(path.Contains("bonds", StringComparison.Ordinal) ? "-bonds" : "")}-{width}");
        }
    }

    [Test]
    public async Task Overview_names_subnets_with_share_and_price()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        await visit.Page.GotoAsync("/");
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            ILocator row = visit.Page.Locator("tbody tr", new() { Has = visit.Page.GetByRole(AriaRole.Link, new() { Name = subnet.Name }) });
            Assert.That(Percent().IsMatch(await row.Locator("td").First.InnerTextAsync()));
        }

        await Assertions.Expect(visit.Page.GetByText("seeded: unfit for secrets")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Metagraph_sorts_by_every_column()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/metagraph");
        int columns = await page.Locator("#neurons thead th").CountAsync(), rows = await page.Locator("#neurons tbody tr").CountAsync();
        Assert.That((columns, rows), Is.EqualTo((14, 7)), "an owner, two miners, four validators");
        for (int column = 0; column < columns; column++)
        {
            await page.Locator("#neurons thead th a").Nth(column).ClickAsync();
            ILocator head = page.Locator("#neurons thead th").Nth(column);
            await Assertions.Expect(head).ToHaveAttributeAsync("aria-sort", new Regex("ascending|descending"));
            await page.WaitForLoadStateAsync();
            bool isDescending = await head.GetAttributeAsync("aria-sort") == "descending";
            if (column is >= 4 and <= 8)
            {
                double[] values = [.. (await page.Locator($"#neurons tbody tr > :nth-child({column + 1})").AllInnerTextsAsync()).Select(static t => double.Parse(t, CultureInfo.InvariantCulture))];
                Assert.That(values, isDescending ? Is.Ordered.Descending : Is.Ordered.Ascending, $"column {column}");
            }
        }
    }

    [Test]
    public async Task Heat_map_cell_leads_to_its_explanation_and_a_what_if_runs_the_epoch_again()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/consensus");
        Assert.That(await page.Locator(".heat .clip").CountAsync(), Is.GreaterThan(0), "the crony's weight on its friend is clipped");
        await page.Locator(".heat a:has(.clip)").First.ClickAsync();
        await Assertions.Expect(page.Locator("#why .tag")).ToHaveTextAsync("clipped");
        await Assertions.Expect(page.Locator("#why ol li")).ToHaveCountAsync(7);
        await visit.KeepAsync("demo-consensus-why");
        await visit.KeepAsync("picture-consensus");
        await page.Locator("#kappa").FillAsync("1000");
        await Assertions.Expect(page.Locator("#what-if-result")).ToContainTextAsync(new Regex("neurons would come out differently"));
        await visit.KeepAsync("demo-what-if");
    }

    [Test]
    public async Task Miners_show_what_validators_measured_and_the_card()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/miners");
        DemoMiner honest = DemoPlan.HonestOf(1);
        string hotkey = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_home, "network.json")))!["roles"]!.AsArray()
            .Single(role => (string)role!["name"]! == honest.Name)!["hotkey"]!;
        string address = Ss58Address.Encode(Convert.FromHexString(hotkey));
        ILocator miner = page.Locator("section.panel[id^=miner-]", new() { HasText = address[..6] });
        await Assertions.Expect(miner.GetByText("proofs: valid").First).ToBeVisibleAsync();
        await Assertions.Expect(miner.Locator("dt", new() { HasText = "AUC" }).First.Locator("+ dd")).ToHaveTextAsync(new Regex(@"^0\.\d{4} \(0\.\d{4} to [01]\.\d{4}\)$"));
        Assert.That(await miner.Locator("svg.square-chart circle").CountAsync(), Is.GreaterThan(0), "calibration");
        await Assertions.Expect(miner.Locator("dt", new() { HasText = "Latency" }).First.Locator("+ dd")).ToContainTextAsync("median");
        await Assertions.Expect(miner.GetByText(DemoPlan.Subnets[0].Title)).ToBeVisibleAsync();
        await Assertions.Expect(miner.GetByText("labelled rows the Brier score is").First).ToBeVisibleAsync();
        Assert.That(await page.Locator(".tag.bad", new() { HasText = "proofs:" }).CountAsync(), Is.GreaterThan(0), "the lazy one's do not hold");
    }

    [Test]
    public async Task Emission_leads_from_the_sum_to_the_neuron()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/emission");
        await Assertions.Expect(page.GetByText("Gini").First).ToBeVisibleAsync();
        await page.GetByText("Epochs as a table").ClickAsync();
        await page.Locator("table.list tbody tr a").First.ClickAsync();
        await Assertions.Expect(page.Locator("ol.steps #miners")).ToContainTextAsync("Miners got");
        await visit.KeepAsync("demo-epoch");
        await page.Locator("a", new() { HasTextRegex = new Regex("^uid ") }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Where its emission comes from" })).ToBeVisibleAsync();
        await visit.KeepAsync("demo-neuron");
        await page.WaitForLoadStateAsync();
        string record = await page.EvaluateAsync<string>("fetch([...document.links].find(a => a.textContent === 'The explanation record').href).then(answer => answer.text())");
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(EmissionTraceDocument)))!, JsonNode.Parse(record)!), Is.Empty);
    }

    [Test]
    public async Task Reviewer_verifies_a_querys_trace_in_the_browser_and_sees_a_tampered_entry()
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await SignInAsync(page, _reviewer, "/review");
        Assert.That(await page.Locator("form.trust").CountAsync(), Is.GreaterThanOrEqualTo(12), "six miners, four validators, two clinics");
        foreach (ILocator form in await page.Locator("form.trust").AllAsync())
        {
            await form.Locator("button[type=submit]").ClickAsync();
            await Assertions.Expect(form.Locator(".state")).ToHaveTextAsync("trusted in this browser");
        }

        await visit.KeepAsync("demo-review-logs");
        string name = (string)_report["measured"]!["traced_event"]!;
        await page.GotoAsync("/review/trace?event=" + name);
        await Assertions.Expect(page.Locator("#verify-summary")).ToHaveClassAsync(new Regex("good"));
        foreach ((string kind, int least) in new[] { ("entry", 10), ("block", 4), ("card", 1), ("tree", 4) })
        {
            int links = await page.Locator($".trace li[data-verify={kind}]").CountAsync();
            Assert.That(links, Is.GreaterThanOrEqualTo(least), kind);
            await Assertions.Expect(page.Locator($".trace li.verified[data-verify={kind}]")).ToHaveCountAsync(links);
        }

        Assert.That(await page.Locator(".trace li[data-verify=tree]", new() { HasText = "no witness" }).CountAsync(), Is.Zero, "validators cosigned every log");
        await Assertions.Expect(page.GetByText("3 of 3 signatures hold").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("svg.chain .bead.checked")).ToHaveCountAsync(await page.Locator(".trace li[data-verify]").CountAsync());
        Assert.That(await page.Locator("svg.chain .bead").CountAsync(), Is.EqualTo(await page.Locator(".trace li").CountAsync()));
        Assert.That(await page.Locator("svg.chain .bead.bad").CountAsync(), Is.Zero);
        await visit.KeepAsync("demo-review-trace");
        await visit.KeepAsync("picture-trace", isWhole: false);
        await page.RouteAsync("**/review/trace?event=*", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            string lie = (await answer.TextAsync()).Replace("&quot;purpose&quot;:&quot;TREAT&quot;", "&quot;purpose&quot;:&quot;HRESCH&quot;", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = answer, Body = lie });
        });
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#verify-summary")).ToHaveClassAsync(new Regex("bad"));
        await Assertions.Expect(page.Locator(".trace li.broken .verdict").First).ToContainTextAsync("does not lead to the root");
        await Assertions.Expect(page.Locator("svg.chain a:has(.bead.refuted) text").First).ToHaveTextAsync("✕");
        await visit.KeepAsync("demo-review-tampered");
        await page.UnrouteAsync("**/review/trace?event=*");
        await page.RouteAsync("**/review/ledger/proof/*", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            JsonNode proof = JsonNode.Parse(await answer.TextAsync())!;
            byte[] header = Convert.FromBase64String((string)proof["entry"]!);
            header[40] ^= 1;
            proof["entry"] = Convert.ToBase64String(header);
            await route.FulfillAsync(new() { Response = answer, Body = proof.ToJsonString() });
        });
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#verify-summary")).ToHaveClassAsync(new Regex("bad"));
        await Assertions.Expect(page.Locator(".trace li[data-verify=block].broken")).ToHaveCountAsync(await page.Locator(".trace li[data-verify=block]").CountAsync());
        await page.GotoAsync("/review/timeline");
        Assert.That(await page.Locator("svg.timeline circle").CountAsync(), Is.GreaterThan(20));
        await visit.KeepAsync("demo-review-timeline");
        await page.GotoAsync($"/review/logs/clinic-{DemoPlan.FhirClinic}/findings");
        await Assertions.Expect(page.Locator("#report-title")).ToHaveTextAsync("Sound");
    }

    [Test]
    public async Task Clinic_sees_its_own_results_receipts_leak_sheet_and_tokens_after_signing_in()
    {
        using SigningKey key = KeystoreFile.Unseal(new WalletFolder(_home).Read("clinic-" + DemoPlan.FhirClinic, null), Encoding.UTF8.GetBytes(DemoKeys.Password));
        await using Visit visit = await Browser.OpenAsync(new Uri((string)_clinic.Answer["http"]!));
        IPage page = visit.Page;
        await SignInAsync(page, key, "/clinic");
        await Assertions.Expect(page.GetByText("can be used")).ToBeVisibleAsync();
        string log = Path.Combine(_home, "clinic", DemoPlan.FhirClinic, "log", "checkpoint"), cosigned = await File.ReadAllTextAsync(log);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show and record" }).First.ClickAsync();
        await Assertions.Expect(page.GetByText("the miner's signature holds")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Leak sheet: what the miner learned")).ToBeVisibleAsync();
        Assert.That(Percent().IsMatch(await page.Locator("section.panel tbody td.num").First.InnerTextAsync()));
        Assert.That(await page.EvaluateAsync<string[]>(PageScripts.Faint), Is.Empty);
        Assert.That(await File.ReadAllTextAsync(log), Is.EqualTo(cosigned), "the witnesses are gone: what they cosigned is not replaced by what they did not");
        await visit.KeepAsync("demo-clinic");
        await visit.KeepAsync("picture-clinic");
        await page.SetViewportSizeAsync(390, 860);
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390), "a result, the queries and the tokens fit a telephone");
        await visit.KeepAsync("demo-clinic-narrow");
    }

    [TestCase("/")]
    [TestCase("/subnets/1/consensus")]
    [TestCase("/subnets/1/emission")]
    public async Task Tab_walks_through_everything_that_can_be_used_in_order_and_shows_where_it_is(string path)
    {
        await using Visit visit = await Browser.OpenAsync(Dashboard);
        IPage page = visit.Page;
        await page.GotoAsync(path);
        int stops = await page.EvaluateAsync<int>(PageScripts.Stops);
        Assert.That(stops, Is.GreaterThan(8));
        HashSet<string> walked = [];
        for (int i = 0; i < stops; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            string[] here = await page.EvaluateAsync<string[]>(PageScripts.Here);
            Assert.That(here[0], Is.Not.EqualTo("none"), $"{path}: after {i} steps nothing has the focus");
            Assert.That(here[1], Is.EqualTo("seen"), $"{path}: {here[0]} shows no focus");
            walked.Add(here[0]);
        }

        Assert.That(walked, Has.Count.EqualTo(stops), "each once, none a trap");
        await page.GotoAsync(path);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#main")).ToBeFocusedAsync();
    }

    private Uri Dashboard => new((string)_dashboard.Answer["url"]!);

    [GeneratedRegex(@"^\d+\.\d %$")]
    private static partial Regex Percent();

    // As somebody with a wallet does: copies the challenge, signs it, pastes the signature.
    private static async Task SignInAsync(IPage page, SigningKey key, string path)
    {
        await page.GotoAsync(path);
        string challenge = await page.Locator("input[name=challenge]").GetAttributeAsync("value") ?? "";
        byte[] signature = DomainSignature.Sign(key, LoginChallenges.Domain, Encoding.UTF8.GetBytes(challenge));
        await page.GetByLabel("Address or public key").FillAsync(key.Address);
        await page.GetByLabel("Signature, 128 hex digits").FillAsync(Convert.ToHexStringLower(signature));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**" + path);
    }
}
