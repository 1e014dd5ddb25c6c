using System.Net;
using System.Net.Sockets;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Tests.Health.Web;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary><c>audit serve</c> on one side and <c>audit verify URL</c> on the other, both as a user runs them.</summary>
[TestFixture]
internal sealed class AuditServeCommandTests
{
    private const string Token = "a-token-of-enough-letters";

    private TestLog log = null!;
    private TemporaryFolder server = null!;
    private TemporaryFolder reviewer = null!;
    private HeldPort port = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        log = new TestLog();
        await log.WriteAsync(4);
        server = new TemporaryFolder();
        reviewer = new TemporaryFolder();
        port = new HeldPort();
        await File.WriteAllTextAsync(server.Combine("token"), Token + "\n");
        await File.WriteAllTextAsync(reviewer.Combine("token"), Token);
        await File.WriteAllTextAsync(reviewer.Combine("wrong"), "another-token-of-letters");
    }

    [TearDown]
    public void Remove()
    {
        log.Dispose();
        server.Dispose();
        reviewer.Dispose();
        port.Dispose();
    }

    [Test]
    public async Task Served_log_is_verified_by_its_URL_with_the_right_key_and_token_only_and_the_reading_is_recorded()
    {
        string key = log.Clinic.Verifier.ToString();
        using CancellationTokenSource stop = new();
        (Task<CommandRun> serving, string url) = await ServeAsync(stop.Token, "--token-file", server.Combine("token"));
        CommandRun good = await VerifyAsync(url, "--log-key", key, "--token-file", "token");
        Assert.That(good.ExitCode, Is.Zero, good.Error + good.Output);
        Assert.That(good.Output, Does.Contain("read 10 entries"));
        CommandRun otherKey = await VerifyAsync(url, "--log-key", log.Miner.Verifier.ToString(), "--token-file", "token");
        Assert.That((otherKey.ExitCode, otherKey.Output.Contains("error note", StringComparison.Ordinal)), Is.EqualTo((1, true)), otherKey.Output);
        foreach (string[] unknown in (string[][])[[], ["--token-file", "wrong"]])
        {
            CommandRun refused = await VerifyAsync(url, ["--log-key", key, .. unknown]);
            Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((3, "")), refused.Error);
        }

        await stop.CancelAsync();
        Assert.That((await serving).ExitCode, Is.Zero);
        Assert.That((await VerifyAsync(url, "--log-key", key, "--token-file", "token")).ExitCode, Is.EqualTo(3), "nobody serves there any more");
        string journal = server.Combine("reviewer", "log");
        string origin = (await File.ReadAllTextAsync(Path.Combine(journal, "checkpoint"))).Split('\n')[0];
        LoggedEntry[] entries = [.. VerifiedLog.Open(new FolderLogSource(journal), origin, TrustPolicy.Threshold([LogName.KeyOf(origin)!], [], 0)).Entries()];
        Assert.That(entries.Select(entry => entry.Members.TextOrNull("type")), Is.EqualTo(new[] { "log.genesis", "review.opened" }), "one reader, once");
        Assert.That((entries[1].Members.TextOrNull("origin"), entries[1].Members.IntegerOrNull("hi")), Is.EqualTo(("audit.example/clinic-7", 10L)));
    }

    [Test]
    public async Task Log_served_without_a_token_gives_its_tree_to_everyone_and_its_entries_to_nobody()
    {
        using CancellationTokenSource stop = new();
        (Task<CommandRun> serving, string url) = await ServeAsync(stop.Token);
        await HttpPortAttack.RunAsync(new Uri(url), "/checkpoint");
        using HttpClient client = new();
        using HttpResponseMessage tile = await client.GetAsync(new Uri(url + "/tile/0/000.p/10"));
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        using HttpResponseMessage entries = await client.GetAsync(new Uri(url + "/tile/entries/000.p/10"));
        Assert.That((tile.StatusCode, entries.IsSuccessStatusCode), Is.EqualTo((HttpStatusCode.OK, false)));
        await stop.CancelAsync();
        Assert.That((await serving).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Server_that_cannot_start_says_why()
    {
        await File.WriteAllTextAsync(server.Combine("short"), "abc");
        foreach ((int code, string says, string[] arguments) in ((int, string, string[])[])
            [
                (2, "no address", [log.ClinicFolder, "--address", "here"]),
                (3, "shorter than 16", [log.ClinicFolder, "--token-file", "short"]),
                (3, "does not exist", [log.ClinicFolder, "--token-file", "absent"]),
                (3, "no checkpoint", [server.Path]),
                (3, "does not exist", ["nowhere"]),
            ])
        {
            CommandRun run = await CommandRun.Of(server.Path, ["audit", "serve", .. arguments]);
            Assert.That((run.ExitCode, run.Error), Is.EqualTo((code, run.Error)), string.Join(' ', arguments));
            Assert.That(run.Error, Does.Contain(says));
        }
    }

    [Test]
    public async Task Port_that_is_taken_is_one_error_with_its_number_and_the_option()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        foreach (string[] command in (string[][])
            [
                ["audit", "serve", log.ClinicFolder],
                ["audit", "witness", "--name", "witness.example/w1", "--seed-file", server.Combine("w1.seed"), "--log-key", log.Clinic.Verifier.ToString()],
            ])
        {
            CommandRun run = await CommandRun.Of(server.Path, [.. command, "--port", $"{port}"]);
            Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
            Assert.That(run.Error, Does.StartWith("subnet: ").And.Contains($"The port {port} of 127.0.0.1 is taken").And.Contains("choose another port with --port ").And.Not.Contains("   at "));
        }
    }

    private async Task<(Task<CommandRun> Serving, string Url)> ServeAsync(CancellationToken stop, params string[] arguments)
    {
        string url = $"http://127.0.0.1:{port.Number}";
        Task<CommandRun> serving = Task.Run(() => CommandRun.Of(server.Path, ["audit", "serve", log.ClinicFolder, "--port", $"{port.Number}", .. arguments], stop: stop), CancellationToken.None);
        using HttpClient client = new();
        while (!serving.IsCompleted)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(url + "/checkpoint"), CancellationToken.None);
                return (serving, url);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(10, CancellationToken.None);
            }
        }

        Assert.Fail((await serving).Error);
        return (serving, url);
    }

    private Task<CommandRun> VerifyAsync(string url, params string[] arguments) => CommandRun.Of(reviewer.Path, ["audit", "verify", url, .. arguments]);
}
