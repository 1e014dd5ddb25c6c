using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>
/// The program itself, on a local network of processes: what a clinic, a miner and whoever looks on type. The network is started once (some twenty seconds of processor time) and
/// is put back by each test that disturbs it.
/// </summary>
[TestFixture]
internal sealed class LocalnetProcessTests
{
    // Values that occur in no address, time or number of the network: where they turn up in a log, a patient's value did.
    private const string Oldpeak = "1.73519";
    private const string Chol = "263.1957";

    private readonly TemporaryFolder home = new();
    private JsonNode network = null!;
    private bool isUp;

    [OneTimeSetUp]
    public async Task Up()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("processes are looked up in /proc");
        }

        network = await Json("localnet", "up", "--seed", "7");
        isUp = true;
        await Json("clinic", "keygen", "--netuid", "1", "--tokens", "6", "--yes");
        await Json("clinic", "keygen", "--netuid", "2", "--tokens", "2", "--yes");
    }

    [SetUp]
    public async Task UpAgain()
    {
        if (!isUp)
        {
            await Json("localnet", "up");
            isUp = true;
        }
    }

    [OneTimeTearDown]
    public async Task Down()
    {
        await Run("localnet", "down");
        home.Dispose();
    }

    [Test]
    public async Task Every_role_runs_writes_a_log_and_is_found_by_the_commands_that_name_the_network()
    {
        JsonNode status = await Json("localnet", "status");
        JsonNode metagraph = await Json("metagraph", "1", "--network", "local");
        JsonNode models = await Json("clinic", "models");
        (int code, string logs, string error) = await Run("localnet", "logs", "--role", "miner", "--json");
        (int ExitCode, string Output, string Error) unknown = await Run("localnet", "logs", "--role", "miner", "--name", "nobody");
        Assert.Multiple(() =>
        {
            Assert.That(Roles(network).Count(role => role["pid"] is not null), Is.EqualTo(13));
            Assert.That(Roles(status).Select(role => (bool)role["is_running"]!), Is.All.True);
            Assert.That(metagraph["neurons"]!.AsArray(), Has.Count.GreaterThanOrEqualTo(6));
            Assert.That(models["models"]!.AsArray().Select(model => (string)model!["id"]!).Distinct(), Is.EquivalentTo(new[] { "heart-cleveland", "diabetes130", "wdbc" }));
            Assert.That(code, Is.Zero, error);
            Assert.That(unknown.ExitCode, Is.EqualTo(2));
            Assert.That(unknown.Error, Does.Contain("The network has no miner named 'nobody'"));
            Assert.That(logs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["name"]!).Distinct().Count(), Is.EqualTo(6));
        });
    }

    [Test]
    public async Task Miner_checks_its_model_before_it_goes_live()
    {
        (int code, string output, string error) = await Run(
            "miner", "check", home.Combine("miner", "heart-honest", "model"), "--netuid", "1", "--input", Sample("heart-cleveland.csv"), "--wallet-name", "miner-heart-honest", "--json");

        // How fast the host is, is another question: what the model answers must be right on any.
        Assert.That(code, Is.AnyOf(0, 1), error);
        Dictionary<string, bool> findings = JsonNode.Parse(output)!["findings"]!.AsArray().ToDictionary(finding => (string)finding!["name"]!, finding => (bool)finding!["good"]!);
        Assert.That((findings["heart-cleveland: answers"], findings["heart-cleveland: audit"]), Is.EqualTo((true, true)), output);
    }

    [Test]
    public async Task Clinic_asks_with_a_table_and_a_record_tells_the_outcome_and_no_log_holds_a_value()
    {
        string table = home.Combine("patient.csv");
        await File.WriteAllTextAsync(
            table, $"age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal\n61,1,4,140,{Chol},0,2,150,1,{Oldpeak},2,0,7\n");
        (int code, string output, string error) = await Run("clinic", "query", "--model", "1:heart-cleveland", "--csv", table, "--json", "--verbose");
        Assert.That(code, Is.Zero, error);
        JsonNode asked = JsonNode.Parse(output)!["answers"]![0]!["scores"]![0]!;
        JsonNode record = await Json(
            "clinic", "query", "--model", "1:heart-cleveland", "--fhir", Path.Combine(RepositoryFolder.Find(), "samples", "fhir", "synthea-maida-gerhold.json"),
            "--set", "fbs=0", "--set", "thalach=150", "--set", "exang=0", "--set", "oldpeak=" + Oldpeak);
        string name = (string)asked["event"]!;
        await Json("clinic", "report-outcomes", "--event", name, "--outcome", "yes", "--yes");
        JsonNode history = await Json("clinic", "history");
        JsonNode trace = await Json("audit", "trace", name);
        JsonNode clinic = Roles(await Json("localnet", "status")).First(role => (string)role["role"]! == "clinic");
        string log = home.Combine("clinic", (string)clinic["name"]!, "log");
        (int verified, string verdict, string fault) = await Run(
            "audit", "verify", log, "--policy", home.Combine("reviewer.policy"), "--origin", File.ReadLines(Path.Combine(log, "checkpoint")).First(), "--json");
        (string File, string Line)[] lines = [.. await LogLines(), .. error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => ("standard error", line))];
        Assert.Multiple(() =>
        {
            Assert.That((double)asked["probability"]!, Is.InRange(0, 1));
            Assert.That((double)record["answers"]![0]!["scores"]![0]!["probability"]!, Is.InRange(0, 1));
            JsonNode past = history["queries"]!.AsArray().Single(query => (string)query!["event"]! == name)!;
            Assert.That((bool)past["scores"]![0]!["outcome"]!, Is.True);
            Assert.That(
                trace["links"]!.AsArray().Where(link => (string)link!["step"]! is "query-sent" or "result-viewed" or "outcome-reported").Select(link => (string)link!["status"]!),
                Is.EqualTo(new[] { "verified", "verified", "verified" }), "the clinic's side can be followed as soon as its commands have ended");
            Assert.That(verified, Is.Zero, verdict + fault + "the network's own policy accepts its clinic's log");
            Assert.That(lines, Has.Length.GreaterThan(20));
            foreach ((string file, string line) in lines)
            {
                Assert.That(() => JsonNode.Parse(line)!["Level"]!.GetValue<string>(), Is.AnyOf("Information", "Warning", "Error"), $"{file}: {line}");
                Assert.That(line, Does.Not.Contain(Oldpeak).And.Not.Contains(Chol).And.Not.Contains("Maida"), file);
            }
        });
    }

    [Test]
    public async Task Missing_inputs_are_named_nothing_is_sent_and_the_leak_sheet_says_what_would_be()
    {
        string[] query = ["clinic", "query", "--model", "1:heart-cleveland", "--fhir", Path.Combine(RepositoryFolder.Find(), "samples", "fhir", "synthea-maida-gerhold.json")];
        (int code, string output, string error) = await Run(query);
        Assert.That((code, output), Is.EqualTo((3, "")));
        Assert.That(error, Does.Contain("oldpeak").And.Contains("thalach").And.Contains("exang").And.Contains("nothing was sent"));
        JsonNode sheet = await Json([.. query, "--set", "fbs=0", "--set", "thalach=150", "--set", "exang=0", "--set", "oldpeak=1", "--dry-run"]);
        Assert.That((int)sheet["sheets"]![0]!["query_bytes"]!, Is.Positive);
        Assert.That(sheet["sheets"]![0]!["miners"]!.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Two_miners_agree_on_the_exact_answer_of_one_model_and_a_lazy_one_is_found_out()
    {
        string diabetes = home.Combine("diabetes.csv"), heart = home.Combine("heart.csv");
        await File.WriteAllLinesAsync(diabetes, File.ReadLines(Sample("diabetes130-heldout.csv")).Take(2));
        await File.WriteAllLinesAsync(heart, File.ReadLines(Sample("heart-cleveland-heldout.csv")).Take(2));
        JsonNode agreed = await Json("clinic", "query", "--model", "2:diabetes130", "--csv", diabetes, "--agree", "2");
        (int code, string output, string error) = await Run("clinic", "query", "--model", "1:heart-cleveland", "--csv", heart, "--agree", "2", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(agreed["answers"]![0]!["queries"]!.AsArray().Select(query => (string)query!["miner"]!).Distinct().Count(), Is.EqualTo(2), agreed.ToJsonString());
            Assert.That(agreed["answers"]![0]!["scores"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That((code, output), Is.EqualTo((1, "")));
            Assert.That(error, Does.Contain("miners-disagree"));
        });
    }

    [Test]
    public async Task Killed_role_is_started_alone_and_one_whose_files_cannot_be_used_says_how_to_begin_anew()
    {
        string card = home.Combine("miner", "wdbc-honest", "model", "card.json");
        byte[] good = await File.ReadAllBytesAsync(card);
        JsonNode[] before = [.. Roles(await Json("localnet", "status"))];
        await Kill(Pid(before, "wdbc-honest"));
        Assert.That((bool)Roles(await Json("localnet", "status")).Single(role => (string)role["name"]! == "wdbc-honest")["is_running"]!, Is.False);

        await File.WriteAllTextAsync(card, "{}");
        (int code, _, string error) = await Run("localnet", "up");
        Assert.That(code, Is.EqualTo(3), error);
        Assert.That(error, Does.Contain("miner wdbc-honest did not come up").And.Contains("localnet reset"));

        await File.WriteAllBytesAsync(card, good);
        JsonNode[] after = [.. Roles(await Json("localnet", "up"))];
        Assert.That(after.Select(role => (bool)role["is_running"]!), Is.All.True);
        Assert.That(Pid(after, "wdbc-honest"), Is.Not.EqualTo(Pid(before, "wdbc-honest")));
        Assert.That(Pid(after, "node"), Is.EqualTo(Pid(before, "node")), "what ran is left alone");
    }

    [Test]
    public async Task What_down_leaves_is_the_state_and_no_process()
    {
        int[] processes = [.. Roles(await Json("localnet", "up")).Where(role => role["pid"] is not null).Select(role => (int)role["pid"]!)];
        JsonNode down = await Json("localnet", "down");
        isUp = false;
        Assert.That((int)down["stopped"]!, Is.EqualTo(13));
        Assert.That(processes.Where(IsThere), Is.Empty);
        Assert.That(Roles(await Json("localnet", "status")).Select(role => (bool)role["is_running"]!), Is.All.False);
        Assert.That(File.Exists(home.Combine("node", "ledger.db")));
    }

    private static string Sample(string table) => Path.Combine(RepositoryFolder.Find(), "samples", "data", table);

    private static IEnumerable<JsonNode> Roles(JsonNode status) => status["roles"]!.AsArray().Select(role => role!);

    private static int Pid(IEnumerable<JsonNode> roles, string name) => (int)roles.Single(role => (string)role["name"]! == name)["pid"]!;

    private static async Task Kill(int process)
    {
        using Process killed = Process.GetProcessById(process);
        killed.Kill();
        await Patience.UntilAsync(() => !IsThere(process));
    }

    // Where nobody asks how a process ended, its number stays, in state Z.
    private static bool IsThere(int process)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat");
        try
        {
            string stat = File.ReadAllText(file);
            return !stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>What the roles logged; a refusal on the way to their end is one sentence for whoever reads, and no entry.</summary>
    private async Task<(string File, string Line)[]> LogLines()
    {
        List<(string, string)> lines = [];
        foreach (string file in Directory.EnumerateFiles(home.Combine("localnet"), "*.log"))
        {
            using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            lines.AddRange((await reader.ReadToEndAsync()).Split('\n')[..^1].Where(line => !line.StartsWith("subnet: ", StringComparison.Ordinal)).Select(line => (file, line)));
        }

        return [.. lines];
    }

    private async Task<JsonNode> Json(params string[] arguments)
    {
        (int code, string output, string error) = await Run([.. arguments, "--json"]);
        Assert.That(code, Is.Zero, $"{string.Join(' ', arguments)}: {error}");
        return JsonNode.Parse(output) ?? throw new JsonException("nothing was printed");
    }

    private Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments)
    {
        string[] clinic = arguments[0] == "clinic" ? ["--wallet-name", "clinic-riverside"] : [];
        return SubnetProcess.RunAsync(RepositoryFolder.Find(), [.. arguments, .. clinic, "--home", home.Path], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SUBNET_LOG__FORMAT"] = "json",
            ["SUBNET_WALLET_PASSWORD"] = "demo",
            ["SUBNET_MODEL_PASSWORD"] = "demo",
        });
    }
}
