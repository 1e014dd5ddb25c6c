using System.Text.Json.Nodes;
using Subnet.Health.Wallets;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Wallets;

[TestFixture]
internal sealed class WalletCommandTests
{
    private const string DevelopmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["SUBNET_WALLET_PASSWORD"] = "correct horse",
        ["SUBNET_WALLET__SCRYPT_LOG_N"] = "14",
    };

    private TemporaryFolder home = null!;

    [SetUp]
    public void MakeHome() => home = new TemporaryFolder();

    [TearDown]
    public void RemoveHome() => home.Dispose();

    [Test]
    public async Task Created_wallet_is_listed_shown_and_signs_what_verifies()
    {
        JsonNode created = await Json("wallet", "create", "--wallet.name", "clinic", "--wallet_hotkey", "night");
        JsonArray keys = created["keys"]!.AsArray();
        string hotkey = keys[1]!["address"]!.GetValue<string>();
        Assert.That(keys.Select(key => key!["role"]!.GetValue<string>()), Is.EqualTo(new[] { "coldkey", "hotkey" }));
        Assert.That(keys[0]!["mnemonic"]!.GetValue<string>().Split(' '), Has.Length.EqualTo(12));

        JsonNode listed = await Json("wallet", "list");
        Assert.That(listed["keys"]!.AsArray().Select(key => key!["address"]!.GetValue<string>()), Has.Member(hotkey));
        JsonNode shown = await Json("wallet", "show", "--wallet-name", "clinic");
        Assert.That(shown["keys"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(shown.ToJsonString(), Does.Not.Contain("mnemonic"));

        JsonNode signed = await Json("wallet", "sign", "hello", "--wallet-name", "clinic", "--wallet-hotkey", "night");
        string signature = signed["signature"]!.GetValue<string>();
        Assert.That(signed["address"]!.GetValue<string>(), Is.EqualTo(hotkey));
        JsonNode verified = await Json("wallet", "verify", "hello", "--address", hotkey, "--signature", signature);
        Assert.That(verified["valid"]!.GetValue<bool>(), Is.True);
        CommandRun other = await Run("wallet", "verify", "hallo", "--address", hotkey, "--signature", signature);
        Assert.That(other.ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Recovered_key_is_the_one_that_substrate_s_tools_derive()
    {
        string phrase = Path.Combine(home.Path, "phrase.txt");
        await File.WriteAllTextAsync(phrase, DevelopmentPhrase + "\n");

        JsonNode recovered = await Json("wallet", "recover", "--mnemonic-file", phrase);

        Assert.That(recovered["address"]!.GetValue<string>(), Is.EqualTo("5DFJF7tY4bpbpcKPJcBTQaKuCDEPCpiz8TRjpmLeTtweqmXL"));
        CommandRun again = await Run("wallet", "recover", "--mnemonic-file", phrase);
        Assert.That(again.ExitCode, Is.EqualTo(3));
        Assert.That(again.Error, Does.Contain("already"));
    }

    [Test]
    public async Task Keystore_file_is_for_its_owner_only_and_never_overwritten()
    {
        Assert.That((await Run("wallet", "create")).ExitCode, Is.Zero);
        string file = new WalletFolder(home.Path).FileOf("default", "default");
        byte[] before = await File.ReadAllBytesAsync(file);

        CommandRun again = await Run("wallet", "create");

        Assert.That(again.ExitCode, Is.EqualTo(3));
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(before));
        Assert.That(() => new WalletFolder(home.Path).Write("default", "default", [1]), Throws.InstanceOf<IOException>());
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        Assert.That(Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Count(), Is.EqualTo(1), "nothing half-written is left");
    }

    [Test]
    public async Task Wrong_password_opens_nothing_and_does_not_appear_anywhere()
    {
        Assert.That((await Run("wallet", "create")).ExitCode, Is.Zero);

        CommandRun run = await CommandRun.Of(
            home.Path, ["wallet", "sign", "hello"], new Dictionary<string, string> { ["SUBNET_WALLET_PASSWORD"] = "battery staple" });

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Does.Contain("did not open").And.Not.Contain("battery"));
    }

    [Test]
    public async Task Password_that_nobody_gives_is_a_usage_error_and_writes_nothing()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["wallet", "create"]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("SUBNET_WALLET_PASSWORD"));
        Assert.That(new WalletFolder(home.Path).Names(), Is.Empty);
    }

    [Test]
    public async Task Two_different_answers_to_the_password_question_write_nothing()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["wallet", "create"], input: "one\ntwo\n", interactive: true);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(new WalletFolder(home.Path).Names(), Is.Empty);
    }

    [TestCase("../x")]
    [TestCase("a/b")]
    [TestCase(".")]
    [TestCase("")]
    public async Task Name_that_leaves_its_folder_is_refused(string name)
    {
        CommandRun run = await Run("wallet", "create", "--wallet-name", name);

        Assert.That(run.ExitCode, Is.EqualTo(2));
    }

    [TestCase("zoo zoo zoo", "12, 15, 18, 21 or 24")]
    [TestCase("drive bottom obey lake curtain smoke basket hold race lonely fit walk", "checksum")]
    public async Task Phrase_that_is_none_recovers_nothing(string phrase, string reason)
    {
        CommandRun run = await CommandRun.Of(
            home.Path, ["wallet", "recover"], new Dictionary<string, string>(Variables) { ["SUBNET_WALLET_MNEMONIC"] = phrase });

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain(reason));
        Assert.That(new WalletFolder(home.Path).Names(), Is.Empty);
    }

    private Task<CommandRun> Run(params string[] arguments) => CommandRun.Of(home.Path, arguments, Variables);

    private async Task<JsonNode> Json(params string[] arguments)
    {
        CommandRun run = await Run([.. arguments, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return JsonNode.Parse(run.Output)!;
    }
}
