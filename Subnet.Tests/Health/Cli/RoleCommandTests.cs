using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Commands.Clinics;
using Subnet.Health.Cli.Commands.Miners;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Health.Fhir;
using Subnet.Tests.Health.Review;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

/// <summary>The clinic's and the miner's commands against a node, an issuer and miners over gRPC.</summary>
[TestFixture]
internal sealed class RoleCommandTests
{
    private const string Password = "correct horse";

    private readonly TemporaryFolder home = new();
    private RoleNetwork network = null!;
    private Uri node = null!;

    private Dictionary<string, string> Variables => new(StringComparer.Ordinal)
    {
        ["SUBNET_WALLET_PASSWORD"] = Password,
        ["SUBNET_CLINIC__ISSUER"] = network.IssuerAddress.ToString(),
        ["SUBNET_CLINIC__TOKEN_DELAY_S"] = "0",
    };

    [OneTimeSetUp]
    public async Task Start()
    {
        network = await RoleNetwork.StartAsync("miner", "second-miner");
        node = await network.Ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        Write("clinic", null, "clinic");
        Write("miner", null, "miner");
        Write("miner", "default", "miner-hot");

        // Registered, and never served: another hotkey than a miner's.
        Write("owner", null, "owner");
        Write("owner", "default", "owner-hot");
        CommandRun bought = await Run("clinic", "keygen", "--netuid", $"{network.Netuid}", "--tokens", "8", "--wallet-name", "clinic", "--yes");
        Assert.That(bought.ExitCode, Is.Zero, bought.Error);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        home.Dispose();
    }

    [Test]
    public async Task Query_prints_risk_receipt_and_log_index_and_history_shows_it_with_its_outcome()
    {
        string table = Table(1);
        CommandRun run = await Run("clinic", "query", "--model", "heart", "--netuid", $"{network.Netuid}", "--csv", table, "--patient", "p-7", "--wallet-name", "clinic", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        ClinicQueryDocument document = JsonSerializer.Deserialize<ClinicQueryDocument>(run.Output, JsonText.Indented)!;
        ClinicAnswerEntry answer = document.Answers.Single();
        Assert.That(answer.Scores.Single().Probability, Is.InRange(0, 1));
        Assert.That(answer.Queries.Single().ReceiptSignature, Is.Not.Empty);

        string name = answer.Scores.Single().Event;
        Assert.That(Published("result.viewed"), Does.Contain(name), "a reviewer finds at once what the command recorded");
        CommandRun reported = await Run("clinic", "report-outcomes", "--event", name, "--outcome", "yes", "--wallet-name", "clinic", "--yes");
        Assert.That(reported.ExitCode, Is.Zero, reported.Error);
        CommandRun history = await Run("clinic", "history", "--wallet-name", "clinic", "--json");
        ClinicHistoryDocument past = JsonSerializer.Deserialize<ClinicHistoryDocument>(history.Output, JsonText.Indented)!;
        ClinicRecordEntry record = past.Queries.Single(query => query.Event == name);
        Assert.That((record.Patient, record.Scores.Single().Outcome), Is.EqualTo(("p-7", (bool?)true)));
        Assert.That(Directory.EnumerateFiles(home.Combine("clinic"), "*", SearchOption.AllDirectories).Any(file => Contains(file, "p-7")), Is.False);
    }

    [Test]
    public async Task Dry_run_prints_the_leak_sheet_and_sends_nothing()
    {
        long before = (await network.Miner("miner").GetStatusAsync()).Answered + (await network.Miner("second-miner").GetStatusAsync()).Answered;
        CommandRun run = await Run("clinic", "query", "--model", $"{network.Netuid}:heart", "--csv", Table(3), "--wallet-name", "clinic", "--dry-run", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        ClinicLeakSheetDocument document = JsonSerializer.Deserialize<ClinicLeakSheetDocument>(run.Output, JsonText.Indented)!;
        Assert.That(document.Sheets.Single().RowClasses, Is.EqualTo(new[] { 16 }));
        Assert.That((await network.Miner("miner").GetStatusAsync()).Answered + (await network.Miner("second-miner").GetStatusAsync()).Answered, Is.EqualTo(before));
    }

    [Test]
    public async Task Missing_inputs_are_listed_by_name_and_the_exit_code_is_3()
    {
        CommandRun run = await Run("clinic", "query", "--model", "heart", "--netuid", $"{network.Netuid}", "--set", "age=61", "--wallet-name", "clinic");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("trestbps").And.Contain("nothing was sent"));
    }

    [Test]
    public async Task Record_is_answered_with_what_was_passed_over_in_it_and_what_holds_with_a_reservation()
    {
        string[] query = ["clinic", "query", "--model", $"{network.Netuid}:heart", "--fhir", Record(HeartRecord.Json()), "--as-of", "2024-06-30", "--wallet-name", "clinic", .. Entered()];
        CommandRun text = await Run(query);
        Assert.That(text.ExitCode, Is.Zero, text.Error);
        Assert.That(text.Output, Does.Contain("age: age is approximate").And.Contain("trestbps: an entry of sbp was passed over: its unit is missing"));

        CommandRun json = await Run([.. query, "--json"]);
        ClinicAnswerEntry answer = JsonSerializer.Deserialize<ClinicQueryDocument>(json.Output, JsonText.Indented)!.Answers.Single();
        Assert.That(answer.Notes.Select(note => $"{note.Input} {note.Feature} {note.Code}"), Is.EqualTo(new[] { "age age approximate", "trestbps sbp unit" }));

        CommandRun dry = await Run([.. query, "--dry-run"]);
        Assert.That(dry.ExitCode, Is.Zero, dry.Error);
        Assert.That(dry.Output, Does.Contain("trestbps: an entry of sbp was passed over").And.Contain("nothing was sent"));
        CommandRun sheet = await Run([.. query, "--dry-run", "--json"]);
        LeakSheetEntry leak = JsonSerializer.Deserialize<ClinicLeakSheetDocument>(sheet.Output, JsonText.Indented)!.Sheets.Single();
        Assert.That(leak.Notes.Select(note => note.Code), Is.EqualTo(new[] { "approximate", "unit" }));
        Assert.That(leak.Learns, Has.None.Contains("unit").And.None.Contains("approximate"), "notes stay in the clinic");
    }

    [Test]
    public async Task Missing_and_implausible_inputs_of_a_record_are_listed_with_their_reasons_and_nothing_is_sent()
    {
        long before = (await network.Miner("miner").GetStatusAsync()).Answered + (await network.Miner("second-miner").GetStatusAsync()).Answered;
        string file = Record(HeartRecord.Json(cholesterol: FhirRecords.Cholesterol("20000")));
        CommandRun run = await Run("clinic", "query", "--model", $"{network.Netuid}:heart", "--fhir", file, "--as-of", "2024-06-30", "--wallet-name", "clinic", "--set", "thalach=15000");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("chol is missing, and the model needs it: an entry of total_chol was passed over: its value is implausible")
            .And.Contain("exang is missing, and the model needs it: no record is read for it, enter it")
            .And.Contain("thalach lies outside the card's range")
            .And.Contain("nothing was sent"));
        Assert.That(run.Error, Does.Not.Contain("20000").And.Not.Contain("15000"));
        Assert.That((await network.Miner("miner").GetStatusAsync()).Answered + (await network.Miner("second-miner").GetStatusAsync()).Answered, Is.EqualTo(before));
    }

    [Test]
    public async Task Entered_value_that_none_of_several_models_asks_for_is_refused_and_one_that_some_ask_for_is_not()
    {
        string model = $"{network.Netuid}:heart";
        string[] query = ["clinic", "query", "--model", model, "--model", model, "--csv", Table(1), "--wallet-name", "clinic", "--dry-run"];
        CommandRun known = await Run([.. query, "--set", "thalach=150"]);
        Assert.That(known.ExitCode, Is.Zero, known.Error);
        CommandRun unknown = await Run([.. query, "--set", "thalach=150", "--set", "luck=1"]);
        Assert.That(unknown.ExitCode, Is.EqualTo(2));
        Assert.That(unknown.Error, Does.Contain("None of the models has an input called luck"));
    }

    [Test]
    public async Task No_password_key_or_token_is_in_any_output_error_log_or_store()
    {
        const string Mistyped = "tr0mbone-Canary-mistyped";
        string log = home.Combine("everything.log");
        Dictionary<string, string> noisy = new(Variables, StringComparer.Ordinal) { ["SUBNET_LOG__LEVEL"] = "debug", ["SUBNET_LOG__FORMAT"] = "json", ["SUBNET_LOG__FILE"] = log };
        SecretSearch secrets = new();
        secrets.AddWord("the password", Password);
        secrets.AddWord("the mistyped password", Mistyped);
        byte[] seed = new byte[SigningKey.SeedByteCount];
        foreach (string name in new[] { "clinic", "miner", "miner-hot" })
        {
            using SigningKey key = InProcessLedger.SigningKeyOf(name);
            key.CopySeed(seed);
            secrets.Add("the seed of " + name, seed);
        }

        StringBuilder said = new();
        async Task<CommandRun> Say(IReadOnlyDictionary<string, string> variables, params string[] arguments)
        {
            CommandRun run = await CommandRun.Of(home.Path, [.. arguments, "--verbose", "--network", node.ToString()], variables);
            said.Append(run.Output).Append(run.Error);
            return run;
        }

        string token = home.Combine("exported.token");
        string[] keygen = ["clinic", "keygen", "--netuid", $"{network.Netuid}", "--tokens", "1", "--wallet-name", "clinic", "--yes"];
        Assert.That((await Say(noisy, keygen)).ExitCode, Is.Zero, said.ToString());
        CommandRun exported = await Say(noisy, "clinic", "keygen", "--netuid", $"{network.Netuid}", "--tokens", "1", "--export", token, "--wallet-name", "clinic", "--yes");
        Assert.That(exported.ExitCode, Is.Zero, exported.Error);
        secrets.Add("an unspent token", Convert.FromHexString(File.ReadAllText(token).Trim()).AsSpan(2, 32));
        File.Delete(token);
        string[] query = ["clinic", "query", "--model", "heart", "--netuid", $"{network.Netuid}", "--csv", Table(1), "--wallet-name", "clinic"];
        Assert.That((await Say(noisy, query)).ExitCode, Is.Zero, said.ToString());
        Assert.That((await Say(noisy, "clinic", "history", "--wallet-name", "clinic", "--json")).ExitCode, Is.Zero, said.ToString());
        Assert.That((await Say(noisy, "miner", "status", "--netuid", $"{network.Netuid}", "--wallet-name", "miner")).ExitCode, Is.Zero, said.ToString());
        CommandRun wrong = await Say(new Dictionary<string, string>(noisy, StringComparer.Ordinal) { ["SUBNET_WALLET_PASSWORD"] = Mistyped }, query);
        Assert.That(wrong.ExitCode, Is.Not.Zero);

        List<string> found = [.. secrets.Find("an output", said.ToString())];
        Assert.That(log, Does.Exist, "there is a log to search");
        foreach (string file in Directory.EnumerateFiles(home.Path, "*", SearchOption.AllDirectories))
        {
            found.AddRange(secrets.Find(file, File.ReadAllBytes(file)));
        }

        Assert.That(found, Is.Empty);
    }

    [TestCase("Consent/1")]
    [TestCase("c-4711 of Maida@2")]
    [TestCase("@2")]
    public async Task Consent_that_no_log_may_hold_is_refused_before_anything_is_opened(string consent)
    {
        CommandRun run = await Run(
            "clinic", "query", "--model", "heart", "--netuid", $"{network.Netuid}", "--csv", Table(1), "--consent", consent, "--wallet-name", "clinic", "--json");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("consent's reference").And.Contains("c-4711@2"));
    }

    [TestCase("0 miners cannot agree", "--agree", "0")]
    [TestCase("is a folder, and a file is wanted", "--csv", ".")]
    [TestCase("'twelve' for option '--agree' as a whole number", "--agree", "twelve")]
    [TestCase("Both --fhir and --csv", "--fhir", "x.json", "--csv", "y.csv")]
    [TestCase("cannot be a consent's reference", "--consent", "Consent/1")]
    [TestCase("is no day", "--as-of", "2020-13-01")]
    public async Task Wrong_option_of_a_query_is_one_error_that_says_what_is_wrong(string expected, params string[] options)
    {
        CommandRun run = await Run(["clinic", "query", "--model", "heart", "--netuid", $"{network.Netuid}", "--wallet-name", "clinic", .. options]);
        Assert.That(run.ExitCode, Is.EqualTo(options[^1] == "." ? 3 : 2), run.Error);
        Assert.That(run.Error.Trim().Split('\n'), Has.Length.EqualTo(1), "one error");
        Assert.That(run.Error, Does.Contain(expected).And.StartWith("subnet: ").And.Not.Contain("System."));
    }

    [TestCase("--http-port", "clinic", "serve", "--wallet-name", "clinic")]
    [TestCase("--port", "dashboard")]
    [TestCase("--port", "validator", "run", "--netuid", "NETUID", "--wallet-name", "owner")]
    [TestCase("--http-port", "validator", "run", "--netuid", "NETUID", "--wallet-name", "owner")]
    public async Task Port_that_is_taken_is_one_error_with_its_number_and_the_option_and_no_address_on_the_ledger(string option, params string[] command)
    {
        int port = node.Port;
        string[] arguments = [.. command.Select(word => word == "NETUID" ? $"{network.Netuid}" : word), option, $"{port}"];
        CommandRun run = await Run(arguments);
        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain($"The port {port} of 127.0.0.1 is taken").And.Contains($"choose another port with {option} "));
        string? announced = (await network.Ledger.Client.GetMetagraphAsync(network.Netuid))!.Find(network.Ledger.Id("owner-hot"))!.Endpoint;
        Assert.That(announced, Is.Null.Or.Empty, "nobody is sent to where nothing answers");
    }

    [Test]
    public async Task Models_are_listed_with_miners_and_inputs()
    {
        CommandRun run = await Run("clinic", "models", "--wallet-name", "clinic", "--json");
        ClinicModelsDocument document = JsonSerializer.Deserialize<ClinicModelsDocument>(run.Output, JsonText.Indented)!;
        Assert.That(document.Models.Select(model => model.Id), Is.All.EqualTo("heart").And.Exactly(2).Items);
        Assert.That(document.Models[0].Inputs, Does.Contain("age"));
    }

    [Test]
    public async Task Status_of_a_miner_that_serves_is_0_and_of_none_1()
    {
        CommandRun run = await Run("miner", "status", "--netuid", $"{network.Netuid}", "--wallet-name", "miner", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        MinerStatusDocument document = JsonSerializer.Deserialize<MinerStatusDocument>(run.Output, JsonText.Indented)!;
        Assert.That(document.Models.Single().IsServed);
        CommandRun none = await Run("miner", "status", "--netuid", $"{network.Netuid}", "--hotkey", InProcessLedger.SigningKeyOf("owner-hot").Address);
        Assert.That(none.ExitCode, Is.EqualTo(1), none.Error);
    }

    [Test]
    public async Task Unknown_model_is_an_error_that_says_what_to_do()
    {
        CommandRun run = await Run("clinic", "query", "--model", "lung", "--netuid", $"{network.Netuid}", "--csv", Table(1), "--wallet-name", "clinic", "--json");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("model-not-served").And.Contain("clinic models"));
    }

    [Test]
    public async Task Models_of_a_subnet_that_the_ledger_does_not_have_are_an_error()
    {
        CommandRun run = await Run("clinic", "models", "--netuid", "99", "--wallet-name", "clinic");
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Error, Does.Contain("has no subnet 99").And.Contain("subnet subnets list"));
    }

    [TestCase("there.txt", "exists; nothing was bought")]
    [TestCase("no-folder/token.txt", "does not exist; nothing was bought")]
    public async Task Token_for_a_file_that_cannot_be_made_is_refused_before_anything_is_paid_for(string name, string expected)
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.Combine("there.txt"), "kept");
        ulong before = (await network.Ledger.Client.GetAccountAsync(network.Ledger.Id("clinic"))).Balance;

        CommandRun run = await Run("clinic", "keygen", "--netuid", $"{network.Netuid}", "--tokens", "1", "--wallet-name", "clinic", "--yes", "--export", folder.Combine(name));

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Output);
        Assert.That(run.Error, Does.Contain(expected));
        Assert.That((await network.Ledger.Client.GetAccountAsync(network.Ledger.Id("clinic"))).Balance, Is.EqualTo(before));
        Assert.That(await File.ReadAllTextAsync(folder.Combine("there.txt")), Is.EqualTo("kept"));
    }

    [Test]
    public async Task Validator_that_is_not_there_is_told_with_those_that_are()
    {
        using TemporaryFolder own = new();
        Directory.CreateDirectory(own.Combine("validator", "elsewhere"));
        await File.WriteAllTextAsync(own.Combine("validator", "elsewhere", "validator.db"), "");
        CommandRun run = await CommandRun.Of(own.Path, ["validator", "status"]);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("'default' of this home has not worked yet").And.Contain("Name one with --validator-name: elsewhere"));
    }

    private static bool Contains(string file, string text)
    {
        byte[] bytes = File.ReadAllBytes(file);
        return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }

    private IEnumerable<string?> Published(string type)
    {
        FolderLogSource source = new(home.Combine("clinic", "default", "log"));
        long size = Checkpoint.Parse(SignedNote.Parse(source.ReadCheckpoint()).Text).Size;
        return LogEntries.Read(source, 0, size, size).Select(entry => AuditEntry.Parse(entry.Bytes)).Where(entry => entry.Type == type).Select(entry => entry.Ref);
    }

    private string Record(byte[] json)
    {
        string path = home.Combine($"record-{json.Length}.json");
        File.WriteAllBytes(path, json);
        return path;
    }

    private static IEnumerable<string> Entered() => HeartRecord.Entered().SelectMany(pair => new[] { "--set", $"{pair.Key}={pair.Value}" });

    private string Table(int rows)
    {
        string path = home.Combine($"rows-{rows}.csv");
        File.WriteAllText(path, CompiledSample.Heart.Table(rows));
        return path;
    }

    private Task<CommandRun> Run(params string[] arguments) => CommandRun.Of(home.Path, [.. arguments, "--network", node.ToString()], Variables);

    private void Write(string wallet, string? hotkey, string name) => TestWallets.Write(home.Path, wallet, hotkey, name, Password);
}
