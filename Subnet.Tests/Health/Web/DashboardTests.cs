using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Validator;
using Subnet.Health.Web.Api;
using Subnet.Health.Web.Charts;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Miners;

namespace Subnet.Tests.Health.Web;

/// <summary>The public pages in a real browser, over a ledger with a subnet, weights, clipped cells and several epochs.</summary>
[TestFixture]
internal sealed class DashboardTests
{
    private PageLedger _ledger = null!;
    private DashboardPart _dashboard = null!;
    private HttpSide _side = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ledger = await PageLedger.CreateAsync(neurons: 20, validators: 5, targets: 15, epochs: 5);
        _dashboard = MakePart(_ledger, new SampleReports(_ledger));
        _side = await ServeAsync(_ledger, _dashboard);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _side.DisposeAsync();
        _dashboard.Dispose();
        _ledger.Dispose();
    }

    [Test]
    public async Task Overview_shows_the_network_and_follows_blocks()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        await visit.Page.GotoAsync("/");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Heart disease, Cleveland" })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByText("no block for a minute")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("#live.on")).ToBeVisibleAsync();
        await visit.KeepAsync("overview");
        ulong height = await _ledger.MakeBlockAsync();
        await Assertions.Expect(visit.Page.Locator("#height")).ToHaveTextAsync(height.ToString(CultureInfo.InvariantCulture));
    }

    [Test]
    public async Task Metagraph_sorts_filters_and_exports()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/metagraph");
        Assert.That(await page.Locator("#neurons thead th").AllInnerTextsAsync(), Is.EqualTo(MetagraphColumn.All.Select((c, i) => i == 0 ? c.Title + " ↑" : c.Title)).Or.EqualTo(MetagraphColumn.All.Select(c => c.Title)));
        await page.GetByRole(AriaRole.Link, new() { Name = "Incentive", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("th[aria-sort='descending']")).ToHaveTextAsync("Incentive");
        await page.WaitForLoadStateAsync();
        double[] incentives = [.. (await page.Locator("#neurons tbody td:nth-child(6)").AllInnerTextsAsync()).Select(static t => double.Parse(t, CultureInfo.InvariantCulture))];
        Assert.That(incentives, Is.Ordered.Descending);
        Assert.That(incentives[0], Is.GreaterThan(0));
        await visit.KeepAsync("metagraph");
        await page.GetByLabel("Find").FillAsync("7");
        Assert.That(await page.Locator("#neurons tbody tr:visible").CountAsync(), Is.InRange(1, 19), "a row without the text is hidden at once");
        await page.GetByLabel("Find").FillAsync("");
        await page.GetByLabel("Show").SelectOptionAsync("validators");
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Assertions.Expect(page.Locator("#neurons tbody tr")).ToHaveCountAsync(5);
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync());
        string[] csv = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.That(csv, Has.Length.EqualTo(21));
        Assert.That(csv[0], Does.StartWith("uid,stake_alpha"));
        await page.GetByRole(AriaRole.Link, new() { Name = "JSON", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("subnet/metagraph/1");
    }

    [Test]
    public async Task Heat_map_marks_what_was_clipped_and_tells_why_by_keyboard()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/consensus");
        Assert.That(await page.Locator(".heat").First.Locator("a").CountAsync(), Is.EqualTo(5 * 15));
        Assert.That(await page.Locator(".heat .clip").CountAsync(), Is.GreaterThan(0));
        await visit.KeepAsync("consensus");
        await page.Locator(".heat a[tabindex='0']").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.That(await page.EvaluateAsync<string>("document.activeElement.dataset.r + ' ' + document.activeElement.dataset.c"), Is.EqualTo("1 1"));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#why ol li").First).ToContainTextAsync("The validator submitted");
        await Assertions.Expect(page.Locator("#why")).ToContainTextAsync("validator 1 and miner 6");

        ILocator clipped = page.Locator(".heat a:has(.clip)").First;
        await clipped.ClickAsync();
        await Assertions.Expect(page.Locator("#why .tag")).ToHaveTextAsync("clipped");
        await visit.KeepAsync("consensus-why");
        await page.GetByRole(AriaRole.Link, new() { Name = "Bonds" }).ClickAsync();
        await Assertions.Expect(page.Locator("#heat-title")).ToContainTextAsync("Bonds");
    }

    [Test]
    public async Task What_if_runs_the_stored_epoch_again()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/consensus");
        await Assertions.Expect(page.Locator("#what-if-result")).ToContainTextAsync("Move a slider");
        await page.Locator("#kappa").FillAsync("65000");
        await Assertions.Expect(page.Locator("#what-if-result table")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("output[for=kappa]")).ToHaveTextAsync("0.992");
        await visit.KeepAsync("what-if");
        string address = page.Url;
        await page.GetByRole(AriaRole.Link, new() { Name = "As it was" }).ClickAsync();
        await Assertions.Expect(page.Locator("#what-if-result")).ToContainTextAsync("Move a slider");
        Assert.That(address, Does.EndWith("/consensus"), "the page itself was not loaded again");
    }

    [Test]
    public async Task Emission_adds_up_and_every_number_leads_to_its_derivation()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/emission");
        Assert.That(await page.Locator("svg.line-chart path.area").CountAsync(), Is.EqualTo(6));
        await Assertions.Expect(page.GetByText("Nakamoto").First).ToBeVisibleAsync();
        await visit.KeepAsync("emission");
        ILocator row = page.Locator("table.list tbody tr").First;
        string[] cells = [.. await row.Locator("td").AllInnerTextsAsync()];
        decimal[] parts = [.. cells.Skip(1).Select(static t => decimal.Parse(t, NumberStyles.Number, CultureInfo.InvariantCulture))];
        Assert.That(parts[..^1].Sum(), Is.EqualTo(parts[^1]).Within(0.0004m), "the roles' parts are the whole");
        Assert.That(parts[^1], Is.GreaterThan(0));
        await row.Locator("a").First.ClickAsync();
        await Assertions.Expect(page.Locator("ol.steps #miners")).ToContainTextAsync("Miners got");
        await visit.KeepAsync("epoch-emission");
        await page.GetByRole(AriaRole.Link, new() { Name = "uid 5", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Neuron 5" })).ToBeVisibleAsync();
        await visit.KeepAsync("neuron");
    }

    [Test]
    public async Task Miners_show_quality_calibration_latency_proofs_and_why()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        await page.GotoAsync("/subnets/1/miners");
        ILocator best = page.Locator("#miner-5");
        await Assertions.Expect(best).ToContainTextAsync("0.9012 (0.8700 to 0.9324)");
        await Assertions.Expect(best).ToContainTextAsync("proofs: valid");
        Assert.That(await best.Locator("svg.square-chart circle").CountAsync(), Is.EqualTo(3));
        await Assertions.Expect(page.Locator("#miner-6 .tag.bad").First).ToContainTextAsync("answers are those of");
        await visit.KeepAsync("miners");
    }

    [Test]
    public async Task Everything_is_reached_by_keyboard_and_has_a_name()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        IPage page = visit.Page;
        foreach (string path in new[] { "/", "/subnets/1/metagraph", "/subnets/1/consensus", "/subnets/1/emission", "/subnets/1/miners" })
        {
            await page.GotoAsync(path);
            await page.Keyboard.PressAsync("Tab");
            Assert.That(await page.EvaluateAsync<string>("document.activeElement.textContent"), Is.EqualTo("Skip to content"), path);
            string[] nameless = await page.EvaluateAsync<string[]>(PageScripts.Nameless);
            Assert.That(nameless, Is.Empty, path);
            Assert.That(await page.EvaluateAsync<int>("document.querySelectorAll('h1').length"), Is.EqualTo(1), path);
            Assert.That(await page.EvaluateAsync<int>("document.querySelectorAll('[style]').length"), Is.Zero, path);
            Assert.That(await page.EvaluateAsync<int>("[...document.querySelectorAll('svg:not([aria-hidden])')].filter(s => !s.getAttribute('aria-label')).length"), Is.Zero, path);
        }
    }

    [Test]
    public async Task Text_stands_out_from_its_ground_in_light_and_in_dark()
    {
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using Visit visit = await Browser.OpenAsync(_side.Address, scheme);
            await visit.Page.GotoAsync("/subnets/1/consensus");
            string[] faint = await visit.Page.EvaluateAsync<string[]>(PageScripts.Faint);
            Assert.That(faint, Is.Empty, scheme.ToString());
            await visit.KeepAsync("consensus-" + scheme.ToString().ToLowerInvariant());
        }
    }

    [Test]
    public async Task A_narrow_screen_shows_the_page_without_scrolling_sideways()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address, ColorScheme.Dark, 390, 800);
        foreach (string path in new[] { "/", "/subnets/1/metagraph", "/subnets/1/consensus", "/subnets/1/emission", "/subnets/1/miners" })
        {
            await visit.Page.GotoAsync(path);
            Assert.That(await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390), path);
        }

        await visit.KeepAsync("narrow-miners");
    }

    [Test]
    public async Task Theme_is_switched_and_kept()
    {
        await using Visit visit = await Browser.OpenAsync(_side.Address);
        await visit.Page.GotoAsync("/");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Switch between light and dark" }).ClickAsync();
        await visit.Page.GotoAsync("/subnets/1/emission");
        await Assertions.Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visit.KeepAsync("emission-dark");
    }

    [TestCase("/subnets/9/metagraph")]
    [TestCase("/subnets/x/metagraph")]
    [TestCase("/subnets/1/neurons/999")]
    [TestCase("/subnets/1/emission/999999")]
    [TestCase("/nothing")]
    public async Task What_is_not_there_is_said_on_a_page(string path)
    {
        using HttpClient client = new() { BaseAddress = _side.Address };
        HttpResponseMessage response = await client.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("Not here"));
    }

    [Test]
    public async Task A_metagraph_of_4096_neurons_is_shown_whole_and_a_large_matrix_in_windows()
    {
        using PageLedger large = await PageLedger.CreateAsync(neurons: 4_096, validators: 16, targets: 700, epochs: 1);
        using DashboardPart part = MakePart(large, new NoMinerReports());
        await using HttpSide side = await ServeAsync(large, part);
        await using Visit visit = await Browser.OpenAsync(side.Address);
        IPage page = visit.Page;
        for (int visitNumber = 1; visitNumber <= 5; visitNumber++)
        {
            await page.GotoAsync("/subnets/1/metagraph?sort=incentive&dir=desc");
            TestContext.Out.WriteLine($"4096 neurons, visit {visitNumber}: {await page.EvaluateAsync<string>(LastRowPainted)}");
        }

        await Assertions.Expect(page.Locator("#neurons tbody tr")).ToHaveCountAsync(4_096);
        await page.GetByLabel("Find").FillAsync("4095");
        await Assertions.Expect(page.Locator("#neurons tbody tr:visible")).ToHaveCountAsync(1);
        await page.GotoAsync("/subnets/1/consensus");
        int cells = await page.Locator(".heat").First.Locator("a").CountAsync();
        Assert.That(cells, Is.InRange(1, HeatMap.MaxCells));
        await Assertions.Expect(page.GetByText("The whole matrix has")).ToBeVisibleAsync();
        Assert.That(await page.EvaluateAsync<int>("fetch(document.querySelector('.raster').src).then(answer => answer.blob()).then(createImageBitmap).then(picture => picture.width)"), Is.EqualTo(700), "one pixel a cell");
        await page.Locator(".raster").ClickAsync(new() { Position = new() { X = 600, Y = 4 } });
        await page.WaitForURLAsync("**at.x=*");
        await Assertions.Expect(page.GetByText("columns 526 to 675")).ToBeVisibleAsync();
        await visit.KeepAsync("large-matrix");
    }

    // From the request: the last row is brought into view, laid out and painted; two frames later that is done.
    private const string LastRowPainted =
        """
        new Promise(done => {
          document.querySelector('#neurons tbody tr:last-child').scrollIntoView();
          requestAnimationFrame(() => requestAnimationFrame(() => {
            const painted = performance.now();
            const n = performance.getEntriesByType('navigation')[0];
            done(`first byte ${n.responseStart | 0}, last byte ${n.responseEnd | 0}, parsed ${n.domInteractive | 0}, loaded ${n.loadEventEnd | 0}, last row painted ${painted | 0} ms after the request began`);
          }));
        })
        """;

    private static DashboardPart MakePart(PageLedger ledger, IMinerReports reports)
    {
        PageWriter writer = new(ledger.Client, null, [new NavigationLink("overview", "Overview", "/"), new NavigationLink("metagraph", "Subnet 1", "/subnets/1/metagraph")], isUnfitForSecrets: true);
        IReadOnlyList<NodeHealth> nodes = [new NodeHealth("node", "ledger", "http://127.0.0.1:1", null), new NodeHealth("miner", "lazy", "http://127.0.0.1:2", "no block for a minute")];
        return new DashboardPart(ledger.Client, writer, _ => Task.FromResult(nodes), reports, new NoModelCards());
    }

    private static Task<HttpSide> ServeAsync(PageLedger ledger, DashboardPart dashboard)
    {
        DocumentFormat format = new();
        return HttpSide.StartAsync(
            new HttpSideOptions(new IPEndPoint(IPAddress.Loopback, 0)),
            [
                new BlocksPart(ledger.Client, NodeBlockDocument.Of, format),
                new ApiPart(LedgerApi.Routes(ledger.Client), format, NullLogger<ApiPart>.Instance),
                new SiteAssets(),
                dashboard,
            ],
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
    }

    private sealed class SampleReports(PageLedger ledger) : IMinerReports
    {
        public async Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop)
        {
            Subnet.Health.Node.Metagraph graph = (await Subnet.Health.Node.LedgerQueries.GetMetagraphAsync(ledger.Client, netuid, stop))!;
            string Address(int uid) => Words.Address(graph.Neurons[uid].Hotkey);
            CalibrationBin[] bins = [new(0.1, 0.12, 0.05, 0.2, 40), new(0.5, 0.46, 0.36, 0.56, 80), new(0.9, 0.93, 0.85, 0.97, 60)];
            return
            [
                new MinerReport(Address(0), Address(5), new string('a', 64), 4, 180, new Estimate(0.9012, 0.87, 0.9324), new Estimate(0.11, 0.09, 0.13), bins, [3.1, 2.9, 8.2], "valid", null, 0.71, ["180 labelled rows of the epoch's plan were answered.", "Every answer was proved against the commitment."]),
                new MinerReport(Address(0), Address(6), new string('b', 64), 4, 180, null, null, [], [], "answers-copied", Address(5), 0, ["Its answers are those of another miner, bit for bit."]),
            ];
        }
    }
}
