using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Network;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Wallets;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>What <c>localnet reset</c> removes: all that holds anything of the ledger that ends with it, whoever made it, and nothing else.</summary>
[TestFixture]
internal sealed class LocalnetResetTests
{
    [Test]
    public async Task Reset_removes_gateways_and_miners_of_any_name_keeps_other_wallets_and_begins_the_same_network_anew()
    {
        using TemporaryFolder home = new();
        await new LocalnetControl(home.Path, SampleFolder.Find(RepositoryFolder.Find()), _ => { }, TimeProvider.System, NullLoggerFactory.Instance).CreateAsync(7, default);
        string first = GenesisOf(home);
        string[] gone = [home.Combine("clinic", "north", "tokens.db"), home.Combine("clinic", "default", "tokens.db"), home.Combine("miner", "mine", "spent.db"), home.Combine("validator", "extra", "plans.db")];
        foreach (string file in gone)
        {
            await WriteStoreAsync(file);
        }

        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using OperatingSystemRandomSource random = new();
        new WalletFolder(home.Path).Write("north", null, KeystoreFile.Seal(key, KeyRole.Coldkey, "password"u8, ScryptCost.Minimum, random));
        await File.WriteAllTextAsync(home.Combine("config.json"), "{}");

        CommandRun unsure = await Run(home, "localnet", "reset", "--seed", "7");
        CommandRun dry = await Run(home, "localnet", "reset", "--seed", "7", "--dry-run");
        Assert.That((unsure.ExitCode, dry.ExitCode), Is.EqualTo((2, 0)), unsure.Error + dry.Error);
        Assert.That(unsure.Error, Does.Contain("--yes"));
        Assert.That(gone, Is.All.Exist, "nothing is removed before it is agreed to");

        CommandRun reset = await Run(home, "localnet", "reset", "--seed", "7", "--yes", "--json");
        Assert.That(reset.ExitCode, Is.Zero, reset.Error);
        Assert.That(gone, Has.None.Exist, "their tokens and plans are of a ledger that is no more");
        Assert.That(home.Combine("config.json"), Does.Exist);
        Assert.That(KeystoreFile.ReadHeader(new WalletFolder(home.Path).Read("north", null)).PublicKey.ToArray(), Is.EqualTo(key.PublicKey.ToArray()));
        Assert.That(GenesisOf(home), Is.EqualTo(first), "the same seed gives the same network");
    }

    [Test]
    public async Task Reset_of_a_home_without_a_local_network_removes_nothing()
    {
        using TemporaryFolder home = new();
        string tokens = home.Combine("clinic", "north", "tokens.db");
        await WriteStoreAsync(tokens);
        CommandRun run = await Run(home, "localnet", "reset", "--yes");
        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("no local network").And.Contains("localnet up"));
        Assert.That(tokens, Does.Exist);
    }

    // The keys of the parties are in the genesis: its time is that of the creation.
    private static string GenesisOf(TemporaryFolder home)
    {
        Genesis genesis = GenesisFile.Parse(File.ReadAllBytes(home.Combine("node", "genesis.json")));
        return $"{genesis.Network} {genesis.Sequencer} {string.Join(' ', genesis.Balances.Select(balance => balance.Account))}";
    }

    private static async Task WriteStoreAsync(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        await using TokenWallet wallet = new(file, atRest);
        await wallet.AddRequestsAsync(new TokenKind(1, new string('0', 64), 1, 1), 3, DateTimeOffset.UnixEpoch, random);
    }

    private static Task<CommandRun> Run(TemporaryFolder home, params string[] arguments) => CommandRun.Of(home.Path, arguments, currentDirectory: RepositoryFolder.Find());
}
