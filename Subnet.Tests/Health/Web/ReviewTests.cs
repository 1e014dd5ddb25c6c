using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Sources;
using Subnet.Health.Web.Sessions;
using Subnet.Tests.Health.Review;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>The reviewer's and the clinic's pages in a real browser: signing in, trusting keys, and what the browser finds out by itself.</summary>
[TestFixture]
internal sealed partial class ReviewTests
{
    private ReviewSite _site = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _site = await ReviewSite.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _site.DisposeAsync();

    [Test]
    public async Task Reviewer_signs_in_trusts_keys_and_verifies_a_trace_in_the_browser()
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        Assert.That(await page.Locator("section.panel .tag.good", new() { HasText = "sound here" }).CountAsync(), Is.EqualTo(2));
        await TrustAllAsync(page);
        await visit.KeepAsync("review-logs");
        await page.GetByRole(AriaRole.Link, new() { Name = "Trace", Exact = true }).ClickAsync();
        await page.Locator("ul.plain a").First.ClickAsync();
        ILocator summary = page.Locator("#verify-summary");
        await Assertions.Expect(summary).ToHaveClassAsync(new Regex("good"));
        Match numbers = Numbers().Match(await summary.InnerTextAsync());
        Assert.That(numbers.Groups[1].Value, Is.EqualTo(numbers.Groups[2].Value));
        Assert.That(int.Parse(numbers.Groups[1].Value, null), Is.GreaterThanOrEqualTo(4));
        await Assertions.Expect(page.Locator(".trace li.verified .verdict").First).ToContainTextAsync("in the log at");
        await visit.KeepAsync("review-trace");
        Assert.That(_site.Reviews.Acts, Has.Some.StartsWith("opened audit.example/clinic-7 by 5"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Timeline" }).ClickAsync();
        await Assertions.Expect(page.Locator("svg.timeline circle").Nth(10)).ToBeAttachedAsync();
        await visit.KeepAsync("review-timeline");
        await page.GotoAsync("/review/logs/clinic/findings");
        await Assertions.Expect(page.Locator(".notice").First).ToContainTextAsync("entries read");
        await visit.KeepAsync("review-findings");
        await page.GotoAsync("/review/logs/clinic?type=query.sent");
        await Assertions.Expect(page.Locator("#entries-title")).ToHaveTextAsync("5 entries");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify in this browser" }).ClickAsync();
        await Assertions.Expect(summary).ToHaveTextAsync("5 of 5 entries verified in this browser.");
        await visit.KeepAsync("review-entries");
    }

    [Test]
    public async Task An_entry_that_the_server_changed_is_shown_as_such()
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        await TrustAllAsync(page);
        await page.RouteAsync("**/review/trace?event=*", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            string lie = (await answer.TextAsync()).Replace("&quot;purpose&quot;:&quot;TREAT&quot;", "&quot;purpose&quot;:&quot;HRESCH&quot;", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = answer, Body = lie });
        });
        await page.GotoAsync("/review/trace");
        await page.Locator("ul.plain a").First.ClickAsync();
        await Assertions.Expect(page.Locator("#verify-summary")).ToHaveClassAsync(new Regex("bad"));
        await Assertions.Expect(page.Locator(".trace li.broken .verdict").First).ToContainTextAsync("does not lead to the root");
        await Assertions.Expect(page.Locator(".trace li.verified").First).ToBeVisibleAsync();
        await visit.KeepAsync("review-tampered");
    }

    [Test]
    public async Task A_log_whose_history_was_changed_and_signed_again_is_found_by_the_checkpoint_kept_in_the_browser()
    {
        await using ReviewSite site = await ReviewSite.StartAsync(3);
        using TestLog other = new();
        await other.WriteAsync(4, static (log, type, number, members) =>
        {
            if (log == "clinic" && type == "query.sent" && number == 0)
            {
                members["purpose"] = "HRESCH";
            }
        });
        await using Visit visit = await Browser.OpenAsync(site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review", site);
        await TrustAllAsync(page);
        await VerifyEntriesAsync(page, "good");
        site.Clinic.Source = new FolderLogSource(other.ClinicFolder);
        await VerifyEntriesAsync(page, "bad");
        await Assertions.Expect(page.Locator(".trace li.broken .verdict").First).ToContainTextAsync("history was changed");
    }

    [Test]
    public async Task A_key_that_is_not_trusted_verifies_nothing_and_a_foreign_key_is_refused()
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        await VerifyEntriesAsync(page, "bad");
        await Assertions.Expect(page.Locator(".verdict").First).ToContainTextAsync("you trust no key");
        await page.GotoAsync("/review");
        await page.Locator("form.trust input[name=key]").First.FillAsync(_site.Log.Miner.Verifier.ToString());
        await page.Locator("form.trust button[type=submit]").First.ClickAsync();
        await Assertions.Expect(page.Locator("form.trust .state").First).ToHaveTextAsync("that key is not one of this log");
    }

    [Test]
    public async Task A_bundle_is_checked_in_the_browser_and_a_changed_one_is_refused()
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        await page.GotoAsync("/review/logs/clinic?type=query.sent");
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Export bundle" }).ClickAsync());
        byte[] bundle = await File.ReadAllBytesAsync(await download.PathAsync());
        Assert.That(_site.Reviews.Acts, Has.Some.StartsWith("exported audit.example/clinic-7"));
        await page.GotoAsync("/review/bundle");
        await CheckBundleAsync(page, bundle);
        await Assertions.Expect(page.Locator("#bundle-result")).ToContainTextAsync("Sound: 5 entries disclosed");
        await visit.KeepAsync("review-bundle");
        await CheckBundleAsync(page, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bundle).Replace("TREAT", "HRESCH", StringComparison.Ordinal)));
        await Assertions.Expect(page.Locator("#bundle-result")).ToContainTextAsync("Not sound: the items are not what the tree holds");
    }

    [Test]
    public async Task Findings_are_shown_with_their_signatures_checked_in_the_browser_and_a_forged_record_as_such()
    {
        using SigningKey author = InProcessLedger.SigningKeyOf("author"), other = InProcessLedger.SigningKeyOf("other");
        string id = new('5', 32);
        FindingStore store = new(Path.Combine(_site.Log.Folder, "findings"));
        FindingRecord opened = FindingRecord.Create(
            author, id, 0, new string('0', 64), FindingAct.Open, TimeProvider.System.GetUtcNow(),
            new() { { "log", "audit.example/clinic-7" }, { "code", "seq-gap" }, { "severity", "error" }, { "index", 3 }, { "text", "entry 2 is <missing>" } });
        store.Append(null, opened);
        store.Append(store.Find(id), FindingRecord.Create(
            other, id, 1, opened.Hash, FindingAct.SignOff, TimeProvider.System.GetUtcNow(), new() { { "resolution", "explained" }, { "text", "restored from the replica" } }));
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        await page.GetByRole(AriaRole.Link, new() { Name = "Findings", Exact = true }).First.ClickAsync();
        await page.GotoAsync("/review/findings");
        ILocator finding = page.Locator("[data-case]");
        await Assertions.Expect(finding.Locator(".verdict")).ToHaveTextAsync("2 signed records by 2 keys, chain holds");
        await Assertions.Expect(finding).ToContainTextAsync("explained, by another than the one who opened it");
        await Assertions.Expect(finding.GetByRole(AriaRole.Link, new() { Name = "Clinic 7" })).ToBeVisibleAsync();
        Assert.That(await page.EvaluateAsync<string[]>(PageScripts.Faint), Is.Empty);
        await visit.KeepAsync("review-cases");
        await page.RouteAsync("**/review/findings", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = (await answer.TextAsync()).Replace("&quot;resolution&quot;:&quot;explained&quot;", "&quot;resolution&quot;:&quot;mistaken&quot;", StringComparison.Ordinal) });
        });
        await page.ReloadAsync();
        await Assertions.Expect(finding.Locator(".verdict")).ToHaveTextAsync("record 1: it is not signed by the key that it names");
    }

    [TestCase("csv", "text/csv", "index,time,type")]
    [TestCase("fhir", "application/fhir+ndjson", "{\"resourceType\":\"AuditEvent\"")]
    [TestCase("syslog", "text/plain", "<109>1 ")]
    [TestCase("ndjson", "application/x-ndjson", "{\"actor\"")]
    public async Task Entries_are_exported_from_the_browser_in_every_form_and_the_export_is_recorded(string format, string type, string begin)
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Reviewer, "/review");
        await page.GotoAsync("/review/logs/clinic?type=query.sent");
        int before = _site.Reviews.Acts.Count(static act => act.StartsWith("exported audit.example/clinic-7", StringComparison.Ordinal));
        await page.GetByLabel("Export as").SelectOptionAsync(format);
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Export", Exact = true }).ClickAsync());
        string text = await File.ReadAllTextAsync(await download.PathAsync());
        Assert.That(text, Does.StartWith(begin));
        Assert.That(text.Split('\n').Count(static line => line.Contains("query.sent", StringComparison.Ordinal)), Is.EqualTo(5), "what was searched for, and no other entries");
        Assert.That(_site.Reviews.Acts.Count(static act => act.StartsWith("exported audit.example/clinic-7", StringComparison.Ordinal)), Is.EqualTo(before + 1));
        Assert.That(Subnet.Health.Review.Export.EntryExport.Find(format)!.MediaType, Is.EqualTo(type));
    }

    [Test]
    public async Task The_browsers_checks_agree_with_the_outside_vectors()
    {
        string folder = SharedFolder.Require("vectors", "tlog");
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        await visit.Page.GotoAsync("/login");
        Dictionary<string, string> files = new[] { "inclusion", "consistency", "range", "vkeys", "notes", "bundles" }.ToDictionary(static n => n, n => File.ReadAllText(Path.Combine(folder, n + ".json")));
        string[] answers = await visit.Page.EvaluateAsync<string[]>(VectorScript, files);
        Assert.That(answers[1..], Is.Empty);
        TestContext.Out.WriteLine(answers[0]);
        Assert.That(int.Parse(answers[0].Split(' ')[0], null), Is.GreaterThan(1_000));
    }

    [Test]
    public async Task Clinic_sees_a_result_only_after_the_look_was_recorded()
    {
        await using Visit visit = await Browser.OpenAsync(_site.Side.Address);
        IPage page = visit.Page;
        await SignInAsync(page, Session.Clinic, "/clinic");
        Assert.That(await page.ContentAsync(), Does.Not.Contain("patient-0007").And.Not.Contain("73.4"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Show and record" }).ClickAsync();
        await Assertions.Expect(page.GetByText("73.4 %")).ToBeVisibleAsync();
        Assert.That(_site.Reviews.Acts, Has.Some.StartsWith("viewed cccc"));
        await visit.KeepAsync("clinic");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GotoAsync("/clinic");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    [TestCase("/review")]
    [TestCase("/review/logs/clinic")]
    [TestCase("/review/logs/clinic/proof/0")]
    [TestCase("/review/logs/clinic/export")]
    [TestCase("/review/trace")]
    [TestCase("/clinic")]
    public async Task Nobody_sees_a_log_or_a_result_without_signing_in(string path)
    {
        using HttpClient client = NewClient();
        HttpResponseMessage response = await client.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(response.Headers.Location!.ToString(), Does.StartWith("/login?role="));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.Empty);
    }

    [Test]
    public async Task A_challenge_is_good_once_for_its_role_and_host_and_for_allowed_keys_only()
    {
        using SigningKey key = InProcessLedger.SigningKeyOf("reviewer with a wallet"), stranger = InProcessLedger.SigningKeyOf("stranger");
        _site.Allowed[Session.Reviewer].Add(new AccountId(key.PublicKey));
        using HttpClient client = NewClient();
        string challenge = await ChallengeAsync(client, Session.Reviewer);
        Assert.That(await LoginAsync(client, stranger, Session.Reviewer, challenge), Is.EqualTo(HttpStatusCode.Forbidden), "a key that is not allowed");
        Assert.That(await LoginAsync(client, key, Session.Reviewer, challenge), Is.EqualTo(HttpStatusCode.Forbidden), "used up");
        challenge = await ChallengeAsync(client, Session.Clinic);
        Assert.That(await LoginAsync(client, key, Session.Reviewer, challenge), Is.EqualTo(HttpStatusCode.Forbidden), "of another role");
        Assert.That(await LoginAsync(client, key, Session.Reviewer, challenge.Replace("clinic", "reviewer", StringComparison.Ordinal)), Is.EqualTo(HttpStatusCode.Forbidden), "made up");
        challenge = await ChallengeAsync(client, Session.Reviewer);
        Assert.That(await LoginAsync(client, key, Session.Reviewer, challenge, "https://evil.example"), Is.EqualTo(HttpStatusCode.BadRequest), "sent by another site");
        Assert.That(await LoginAsync(client, key, Session.Reviewer, challenge), Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That((await client.GetAsync("/review")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        HttpResponseMessage forged = await client.PostAsync("/logout", new FormUrlEncodedContent([KeyValuePair.Create("csrf", new string('0', 64))]));
        Assert.That(forged.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await client.GetAsync("/review")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "a forged form signs nobody out");
    }

    [Test]
    public async Task A_log_that_was_changed_on_disk_shows_nothing_but_that()
    {
        await using ReviewSite site = await ReviewSite.StartAsync(2);
        foreach (string bundle in Directory.GetFiles(Path.Combine(site.Log.ClinicFolder, "tile", "entries"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(bundle);
            int at = bytes.AsSpan().IndexOf("TREAT"u8);
            if (at >= 0)
            {
                bytes[at] ^= 1;
                await File.WriteAllBytesAsync(bundle, bytes);
            }
        }

        await using Visit visit = await Browser.OpenAsync(site.Side.Address);
        await SignInAsync(visit.Page, Session.Reviewer, "/review", site);
        visit.ForgiveFaults = true;
        await visit.Page.GotoAsync("/review/logs/clinic");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "This log is not sound" })).ToBeVisibleAsync();
        await visit.Page.GotoAsync("/review/logs/clinic/findings");
        await Assertions.Expect(visit.Page.Locator("#report-title")).ToHaveTextAsync("Not sound");
        await visit.KeepAsync("review-unsound");
    }

    private const string VectorScript =
        """
        async files => {
          const t = await import('/assets/tlog.js');
          const cases = name => JSON.parse(files[name]).cases;
          const b = text => t.base64(text);
          const faults = [];
          let count = 0;
          const run = async (name, c, check) => {
            count++;
            let ok = true;
            try { await check(); } catch { ok = false; }
            if (ok !== c.ok) faults.push(`${name} ${c.id}: expected ${c.ok}, found ${ok}`);
          };
          for (const c of cases('inclusion')) await run('inclusion', c, () => t.verifyInclusion(BigInt(c.index), BigInt(c.size), b(c.leaf), c.proof.map(b), b(c.root)));
          for (const c of cases('consistency')) await run('consistency', c, () => t.verifyConsistency(BigInt(c.size1), BigInt(c.size2), c.proof.map(b), b(c.root1), b(c.root2)));
          for (const c of cases('range')) await run('range', c, () => t.verifyRange(BigInt(c.size), BigInt(c.lo), c.leaves.map(b), c.proof.map(b), b(c.root)));
          for (const c of cases('vkeys')) await run('vkeys', c, () => t.parseKey(c.vkey));
          for (const c of cases('notes')) {
            const note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
            await run('notes', c, async () => t.verifyNote(note.decode(b(c.note)), await Promise.all(c.vkeys.map(t.parseKey))));
          }
          for (const c of cases('bundles')) {
            await run('bundles', c, async () => {
              const keys = await Promise.all([...c.log_vkeys, ...c.witness_vkeys].map(t.parseKey));
              await t.verifyBundle(t.bytesOf(JSON.stringify(c.bundle)), c.origin, keys, c.quorum);
            });
          }
          return [`${count} cases`, ...faults];
        }
        """;

    private static async Task CheckBundleAsync(IPage page, byte[] bundle)
    {
        await page.Locator("#bundle input[name=key]").FillAsync(await page.Locator("details li code").First.TextContentAsync() ?? "");
        await page.Locator("#bundle input[type=file]").SetInputFilesAsync(new FilePayload { Name = "x.audit.json", MimeType = "application/json", Buffer = bundle });
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
    }

    private static async Task VerifyEntriesAsync(IPage page, string expected)
    {
        await page.GotoAsync("/review/logs/clinic");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify in this browser" }).ClickAsync();
        await Assertions.Expect(page.Locator("#verify-summary")).ToHaveClassAsync(new Regex(expected));
    }

    private static async Task TrustAllAsync(IPage page)
    {
        foreach (ILocator form in await page.Locator("form.trust").AllAsync())
        {
            await form.Locator("button[type=submit]").ClickAsync();
            await Assertions.Expect(form.Locator(".state")).ToHaveTextAsync("trusted in this browser");
        }
    }

    private static async Task<string> ChallengeAsync(HttpClient client, string role)
    {
        string page = await client.GetStringAsync($"/login?role={role}");
        return Challenge().Match(page).Groups[1].Value;
    }

    private static async Task<HttpStatusCode> LoginAsync(HttpClient client, SigningKey key, string role, string challenge, string? origin = null)
    {
        byte[] signature = DomainSignature.Sign(key, LoginChallenges.Domain, Encoding.UTF8.GetBytes(challenge));
        using HttpRequestMessage request = new(HttpMethod.Post, "/login")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["role"] = role, ["return"] = "/review", ["challenge"] = challenge, ["key"] = key.Address, ["signature"] = Convert.ToHexStringLower(signature),
            }),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return (await client.SendAsync(request)).StatusCode;
    }

    private HttpClient NewClient() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _site.Side.Address };

    private async Task SignInAsync(IPage page, string role, string path, ReviewSite? site = null)
    {
        await page.GotoAsync(path);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show its public half" }).ClickAsync();
        await Assertions.Expect(page.Locator("#own-key")).ToHaveValueAsync(new Regex("^[0-9a-f]{64}$"));
        Assert.That(AccountId.TryParse(await page.Locator("#own-key").InputValueAsync(), out AccountId account));
        (site ?? _site).Allowed[role].Add(account);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with this browser's key" }).ClickAsync();
        await page.WaitForURLAsync("**" + path);
    }

    [GeneratedRegex(@"^(\d+) of (\d+) links verified")]
    private static partial Regex Numbers();

    [GeneratedRegex("name=\"challenge\" value=\"([^\"]+)\"")]
    private static partial Regex Challenge();
}
