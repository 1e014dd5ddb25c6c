using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Subnet.Health.Cli.Commands.Audit;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Serving;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Queries;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Identity;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

[TestFixture]
internal sealed class AuditCommandTests
{
    private TestLog log = null!;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        log = new TestLog();
        await log.WriteAsync(12);
    }

    [OneTimeTearDown]
    public void Remove() => log.Dispose();

    [Test]
    public async Task Verify_ends_with_0_on_a_sound_log_and_prints_the_document()
    {
        CommandRun run = await RunAsync("audit", "verify", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonNode document = JsonNode.Parse(run.Output)!;
        Assert.That(document["sound"]!.GetValue<bool>());
        Assert.That(document["entries"]!.GetValue<int>(), Is.EqualTo(26));
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(AuditVerifyDocument)))!, document), Is.Empty);
    }

    [Test]
    public async Task Verify_ends_with_1_when_the_key_is_not_the_logs_and_names_the_finding()
    {
        CommandRun run = await RunAsync("audit", "verify", log.ClinicFolder, "--log-key", log.Miner.Verifier.ToString());
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("error note").And.Contain("NOT sound"));
    }

    [Test]
    public async Task Verify_without_a_key_is_a_usage_error_and_of_no_folder_could_not()
    {
        Assert.That((await RunAsync("audit", "verify", log.ClinicFolder)).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("audit", "verify", "nowhere", "--log-key", log.Clinic.Verifier.ToString())).ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task Bundle_written_by_one_command_is_verified_by_the_other()
    {
        string file = Path.Combine(log.Folder, "case.audit.json");
        CommandRun written = await RunAsync("audit", "bundle", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), "--lo", "4", "--hi", "20", "--type", "query.sent", "-o", file);
        Assert.That(written.ExitCode, Is.Zero, written.Error);
        CommandRun verified = await RunAsync("audit", "verify", file, "--log-key", log.Clinic.Verifier.ToString());
        Assert.That(verified.ExitCode, Is.Zero, verified.Error + verified.Output);
        Assert.That(verified.Output, Does.Contain("read 8 entries, 8 withheld"));
        CommandRun again = await RunAsync("audit", "bundle", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), "-o", file);
        Assert.That(again.ExitCode, Is.EqualTo(3), "an output is never overwritten");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("TREAT", "HRESCH", StringComparison.Ordinal));
        Assert.That((await RunAsync("audit", "verify", file, "--log-key", log.Clinic.Verifier.ToString())).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Search_prints_one_document_a_line()
    {
        CommandRun run = await RunAsync("audit", "search", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), "--type", "result.received", "--json");
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(12));
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(AuditSearchDocument)))!, JsonNode.Parse(lines[0])!), Is.Empty);
    }

    [TestCase("csv", 28)]
    [TestCase("fhir", 26)]
    [TestCase("syslog", 26)]
    [TestCase("ndjson", 26)]
    public async Task Export_writes_a_line_for_each_entry(string format, int lines)
    {
        CommandRun run = await RunAsync("audit", "export", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), "--format", format);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(lines));
    }

    [Test]
    public async Task Compare_of_two_logs_that_agree_ends_with_0()
    {
        string policy = Path.Combine(log.Folder, "both.policy");
        await File.WriteAllTextAsync(policy, $"log {log.Clinic.Verifier}\nlog {log.Miner.Verifier}\nquorum none\n");
        CommandRun run = await RunAsync(
            "audit", "compare", log.ClinicFolder, log.MinerFolder, "--policy", policy, "--origin", "audit.example/clinic-7", "--miner-origin", "miner.example/m1",
            "--clinic-id", "key:clinic7", "--miner-id", "key:miner1");
        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        Assert.That(run.Output, Does.StartWith("the logs agree"));
    }

    [Test]
    public async Task Receipt_is_checked_from_a_proof_file_that_carries_its_entry()
    {
        string file = Path.Combine(log.Folder, "receipt.tlog-proof");
        Assert.That((await RunAsync("audit", "prove", log.ClinicFolder, "3", "--log-key", log.Clinic.Verifier.ToString(), "--with-entry", "-o", file)).ExitCode, Is.Zero);
        CommandRun good = await RunAsync("audit", "receipt", file, "--log-key", log.Clinic.Verifier.ToString());
        Assert.That((good.ExitCode, good.Output), Is.EqualTo((0, good.Output)), good.Error);
        Assert.That(good.Output, Does.StartWith("good: entry 3"));
        string text = await File.ReadAllTextAsync(file);
        string[] lines = text.Split('\n');
        lines[1] = "extra " + Convert.ToBase64String("{}"u8);
        await File.WriteAllTextAsync(file, string.Join('\n', lines));
        Assert.That((await RunAsync("audit", "receipt", file, "--log-key", log.Clinic.Verifier.ToString())).ExitCode, Is.EqualTo(1));
        Assert.That((await RunAsync("audit", "prove", log.ClinicFolder, "99", "--log-key", log.Clinic.Verifier.ToString())).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Receipt_held_against_a_checkpoint_of_another_log_is_refused()
    {
        string file = Path.Combine(log.Folder, "moved.tlog-proof");
        string clinic = log.Clinic.Verifier.ToString(), miner = log.Miner.Verifier.ToString();
        Assert.That((await RunAsync("audit", "prove", log.ClinicFolder, "3", "--log-key", clinic, "--with-entry", "-o", file)).ExitCode, Is.Zero);
        string proof = await File.ReadAllTextAsync(file);
        await ExpectAsync("another log's key", "--log-key", miner);
        await ExpectAsync("both keys, the other log's name", "--log-key", clinic, "--log-key", miner, "--origin", "miner.example/m1");

        // The other log's good checkpoint in the place of this one's: the path leads to another root.
        int end = proof.IndexOf("\n\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, proof[..(end + 2)] + await File.ReadAllTextAsync(Path.Combine(log.MinerFolder, "checkpoint")));
        await ExpectAsync("the other checkpoint under its own key", "--log-key", miner);
        await ExpectAsync("the other checkpoint under this log's key", "--log-key", clinic);

        async Task ExpectAsync(string what, params string[] trust)
        {
            CommandRun run = await RunAsync(["audit", "receipt", file, .. trust]);
            Assert.That((run.ExitCode, run.Output.Split(':')[0]), Is.EqualTo((1, "NOT good")), $"{what}: {run.Output}{run.Error}");
        }
    }

    [TestCase("verify", "LOG")]
    [TestCase("search", "LOG")]
    [TestCase("receipt", "LOG")]
    [TestCase("witness", "--name", "w.example", "--seed-file", "w.seed")]
    public async Task Malformed_log_key_is_a_usage_error_that_names_it(string command, params string[] arguments)
    {
        string good = log.Clinic.Verifier.ToString();
        foreach (string key in (string[])["audit.example/clinic-7", "a+b+c", good[..^1], good.Replace("clinic-7", "clinic-8", StringComparison.Ordinal)])
        {
            CommandRun run = await RunAsync(["audit", command, .. arguments.Select(each => each == "LOG" ? log.ClinicFolder : each), "--log-key", key]);
            Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Error);
            Assert.That(run.Error, Does.Contain($"The --log-key '{key}' is no verifier key: "));
        }
    }

    [Test]
    public async Task Served_log_is_verified_over_HTTP_and_its_entries_need_the_token()
    {
        const string Token = "a-token-of-enough-letters";
        List<(string Reviewer, long Hi)> reviews = [];
        ReviewerAccess access = ReviewerAccess.Single(
            Token,
            (reviewer, hi) =>
            {
                reviews.Add((reviewer, hi));
                return Task.CompletedTask;
            },
            TimeProvider.System);
        using CancellationTokenSource stop = new();
        TaskCompletionSource<string> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task serving = ReviewHost.RunAsync(
            IPAddress.Loopback, 0, routes => TileEndpoints.Map(routes.MapGroup("/log"), new ServedLog(new PhysicalLogFiles(log.ClinicFolder)), access), started.SetResult, stop.Token);
        Uri root = new(await started.Task + "/log/");
        using HttpClient client = new();
        using HttpResponseMessage refused = await client.GetAsync(new Uri(root, "tile/entries/000.p/26"));
        Assert.That(reviews, Is.Empty);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        using HttpResponseMessage tile = await client.GetAsync(new Uri(root, "tile/0/000.p/26"));
        Assert.That(tile.Headers.CacheControl!.ToString(), Does.Contain("immutable"));
        foreach (string path in (string[])["tile/0/000.p/026", "tile/0/0", "state/tree", "tile/..%2f..%2fstate/tree", "checkpoints/26"])
        {
            using HttpResponseMessage absent = await client.GetAsync(new Uri(root, path));
            Assert.That(absent.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        }

        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        Assert.That(await Task.Run(() => VerifiedLog.Open(new HttpLogSource(client, root), "audit.example/clinic-7", log.Policy).Entries().Count()), Is.EqualTo(26));
        Assert.That(reviews, Is.EqualTo(new[] { ("reviewer", 26L) }), "the reading is recorded once, before it is answered");
        string tokenFile = Path.Combine(log.Folder, "reviewer.token");
        await File.WriteAllTextAsync(tokenFile, Token + "\n");
        CommandRun verified = await RunAsync("audit", "verify", root.AbsoluteUri, "--log-key", log.Clinic.Verifier.ToString(), "--token-file", tokenFile);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error + verified.Output);
        await stop.CancelAsync();
        await serving;
    }

    [Test]
    public async Task Witness_over_HTTP_cosigns_and_gives_its_newest_checkpoint()
    {
        using SigningKey key = SigningKey.FromSeed([.. Enumerable.Repeat((byte)9, 32)]);
        Witness witness = new(new NoteSigner("w.example", SignatureType.Cosignature, key), [log.Clinic.Verifier], new InMemoryWitnessStore(), TimeProvider.System);
        using CancellationTokenSource stop = new();
        TaskCompletionSource<string> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task serving = ReviewHost.RunAsync(
            IPAddress.Loopback, 0, routes => WitnessEndpoints.Map(routes, witness, ["audit.example/clinic-7"]), started.SetResult, stop.Token);
        Uri root = new(await started.Task);
        using HttpClient client = new();
        string note = await File.ReadAllTextAsync(Path.Combine(log.ClinicFolder, "checkpoint"));
        using StringContent body = new("old 0\n\n" + note);
        using HttpResponseMessage cosigned = await client.PostAsync(new Uri(root, "add-checkpoint"), body);
        Assert.That(cosigned.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using StringContent repeated = new("old 0\n\n" + note);
        using HttpResponseMessage conflict = await client.PostAsync(new Uri(root, "add-checkpoint"), repeated);
        Assert.That((conflict.StatusCode, await conflict.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.Conflict, "26\n")));
        Assert.That(conflict.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/x.tlog.size"));
        string hash = TestLog.Hash("audit.example/clinic-7");
        string newest = await client.GetStringAsync(new Uri(root, $"{hash}/checkpoint"));
        Assert.That(OpenedCheckpoint.Open(newest, "audit.example/clinic-7", TrustPolicy.Threshold([log.Clinic.Verifier], [witness.Verifier], 1)).IsAccepted);
        await stop.CancelAsync();
        await serving;
    }

    [TestCase("search", "--type", "query", "--type")]
    [TestCase("search", "--purpose", "FUN", "--purpose")]
    [TestCase("search", "--outcome", "good", "--outcome")]
    [TestCase("search", "--subject", "Jane", "no pseudonym")]
    [TestCase("search", "--event", "17", "no event")]
    [TestCase("export", "--from", "yesterday", "not a time")]
    [TestCase("prove", null, null, "Which entry")]
    [TestCase("compare", null, null, "miner's log is missing")]
    public async Task Value_that_nothing_can_have_or_argument_that_is_missing_is_a_usage_error(string command, string? option, string? value, string says)
    {
        string[] extra = option is null ? [] : [option, value!];
        CommandRun run = await RunAsync(["audit", command, log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString(), .. extra]);
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Does.Contain(says));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task Reviews_are_themselves_logged_in_the_reviewers_own_log()
    {
        using TemporaryFolder home = new();
        string[][] commands =
        [
            ["audit", "verify", log.ClinicFolder], ["audit", "search", log.ClinicFolder], ["audit", "export", log.ClinicFolder, "--format", "csv"],
            ["audit", "prove", log.ClinicFolder, "3"],
        ];
        foreach (string[] command in commands)
        {
            CommandRun run = await CommandRun.Of(home.Path, [.. command, "--log-key", log.Clinic.Verifier.ToString()]);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
        }

        string journal = home.Combine("reviewer", "log");
        string note = await File.ReadAllTextAsync(Path.Combine(journal, "checkpoint"));
        string origin = note.Split('\n')[0];
        LoggedEntry[] entries = [.. VerifiedLog.Open(new FolderLogSource(journal), origin, TrustPolicy.Threshold([Subnet.Health.Review.Logs.LogName.KeyOf(origin)!], [], 0)).Entries()];
        Assert.That(
            entries.Select(entry => entry.Members.TextOrNull("type")),
            Is.EqualTo(new[] { "log.genesis", "review.opened", "review.opened", "review.exported", "review.exported" }));
        Assert.That(entries.Skip(1).Select(entry => (entry.Members.TextOrNull("origin"), entry.Members.IntegerOrNull("size"))), Is.All.EqualTo(("audit.example/clinic-7", 26L)));
        CommandRun self = await CommandRun.Of(home.Path, ["audit", "verify", journal, "--origin", origin]);
        Assert.That(self.ExitCode, Is.Zero, self.Error + self.Output);
    }

    [Test]
    public async Task Nothing_is_shown_when_the_review_cannot_be_recorded()
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home.Combine("reviewer"), "a file where the folder should be");
        CommandRun run = await CommandRun.Of(home.Path, ["audit", "search", log.ClinicFolder, "--log-key", log.Clinic.Verifier.ToString()]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((3, "")), run.Error);
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.Of(log.Folder, arguments);
}
