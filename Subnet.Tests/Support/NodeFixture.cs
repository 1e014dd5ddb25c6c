using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Wallets;

namespace Subnet.Tests.Support;

/// <summary>A state folder with a genesis file, the sequencer's key and the wallets of alice and bob, and <c>subnet node run</c> on it.</summary>
internal sealed class NodeFixture : IDisposable
{
    public const ulong Tao = 1_000_000_000;

    private const string Password = "correct horse";

    private readonly TemporaryFolder _home = new();
    private readonly ConcurrentQueue<string> _errors = [];

    public NodeFixture()
    {
        Sequencer = MakeKey(1, null, "sequencer");
        Alice = MakeKey(2, null, "alice");
        AliceHotkey = MakeKey(3, "default", "alice");
        Bob = MakeKey(4, null, "bob");
        Genesis genesis = new(
            "test-net",
            Sequencer,
            Alice,
            1_700_000_000_000,
            1_000,
            TestLedger.Quick with { AccessEpochBlocks = 1_000_000, VotingPeriod = 1_000_000 },
            [.. new[] { Alice, Bob }.Order().Select(static a => new GenesisBalance(a, 1_000 * Tao))]);
        File.WriteAllBytes(GenesisPath, GenesisFile.Write(genesis));
        File.WriteAllText(PasswordPath, Password + "\n");
    }

    public AccountId Sequencer { get; }

    public AccountId Alice { get; }

    public AccountId AliceHotkey { get; }

    public AccountId Bob { get; }

    public string Home => _home.Path;

    public string GenesisPath => Path.Combine(Home, "genesis.json");

    public string StorePath => Path.Combine(Home, "node", "ledger.db");

    private string PasswordPath => Path.Combine(Home, "password");

    /// <summary>Starts the sequencer as a process of its own, with no wait between blocks unless told.</summary>
    public Process StartNode(int interval = 20)
    {
        Process process = SubnetProcess.Start(
            Home,
            ["node", "run", "--home", Home, "--genesis", GenesisPath, "--wallet-name", "sequencer", "--password-file", PasswordPath, "--interval", $"{interval}", "--quiet"]);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>What nodes said on standard error.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Runs a command as the owner of a wallet.</summary>
    public Task<CommandRun> Run(string wallet, params string[] arguments) => CommandRun.Of(
        Home, [.. arguments, "--wallet-name", wallet, "--password-file", PasswordPath, "--yes", "--timeout", "300"]);

    /// <summary>Runs a command that only reads.</summary>
    public Task<CommandRun> Read(params string[] arguments) => CommandRun.Of(Home, arguments);

    public void Dispose() => _home.Dispose();

    private AccountId MakeKey(byte seed, string? hotkey, string wallet)
    {
        byte[] bytes = new byte[SigningKey.SeedByteCount];
        bytes.AsSpan().Fill(seed);
        using SigningKey key = SigningKey.FromSeed(bytes);
                using OperatingSystemRandomSource random = new();
        new WalletFolder(Home).Write(
            wallet,
            hotkey,
            KeystoreFile.Seal(key, hotkey is null ? KeyRole.Coldkey : KeyRole.Hotkey, Encoding.UTF8.GetBytes(Password), ScryptCost.Minimum, random));
        return new AccountId(key.PublicKey);
    }
}
