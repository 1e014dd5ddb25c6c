using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Clinic;
using Subnet.Health.Review.Sources;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Scoring;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Validator;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary><c>subnet clinic score-organic</c> as a process that is killed at every step of a batch, against a ledger and validators that serve.</summary>
[TestFixture]
internal sealed class ScoreOrganicProcessTests
{
    private const int Cases = 300;
    private const string Password = "correct horse";

    private static readonly string[] Steps = ["window", "beacon", "outputs", "seeds", "openings"];

    [Test]
    public async Task Batch_whose_clinic_is_killed_at_every_step_ends_as_one_batch_with_the_exact_score_and_a_transcript_that_replays()
    {
        using TemporaryFolder home = new();
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        await using InProcessLedger ledger = new();
        await using Blocks blocks = new(ledger);
        Uri node = await ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        ushort netuid = await ledger.CreateSubnet("miner", "validator", "second-miner");
        await using ValidatorService first = await ValidateAsync(ledger, netuid, "validator", home, randomness);
        await using ValidatorService second = await ValidateAsync(ledger, netuid, "second-miner", home, randomness);
        Dictionary<string, (byte Prediction, byte Label)> patients = await WriteHistoryAsync(home, netuid);
        string output = home.Combine("batch.transcript");
        string[] command =
        [
            "clinic", "score-organic", "--netuid", netuid.ToString(CultureInfo.InvariantCulture), "--validators", "2", "--output", output, "--wallet-name", "clinic", "--password-file", home.Combine("password"),
            "--network", node.ToString(), "--home", home.Path, "--yes", "--json",
        ];

        foreach (string step in Steps)
        {
            await KillAtAsync(home.Path, command, step);
            Assert.That(File.Exists(output), Is.False, step);

            // Validators give no seed once the beacon is known: its blocks come when all seeds are there, however long the dead were dead.
            blocks.AreFree |= step == "beacon";
        }

        (int code, string answer, string error) = await SubnetProcess.RunAsync(home.Path, command);
        Assert.That(code, Is.Zero, error);
        Assert.That((string)JsonNode.Parse(answer)!["outcome"]!, Is.EqualTo("None"), answer);

        // One window, one batch, one commitment and one opening, whatever died in between.
        Dictionary<string, int> logged = Logged(home);
        Assert.That(new[] { "score-window", "batch-open", "score-commit", "score-open" }.Select(entry => logged.GetValueOrDefault(entry)), Is.All.EqualTo(1), string.Join(", ", logged));

        // What is public is the squared error of the patients that the beacon drew, computed here in the clear.
        Assert.That(ScoringTranscript.TryRead(await File.ReadAllBytesAsync(output), out ScoringTranscript? transcript, out _), Is.True);
        ScoreBatchOpen batch = transcript!.Messages.Select(ScoreBatchOpen.TryRead).OfType<ScoreBatchOpen>().Single();
        (byte Prediction, byte Label)[] drawn = [.. batch.Cases.Select(item => patients[item.Key])];
        Assert.That(drawn, Has.Length.EqualTo(ScoringSettings.LeastPatients));
        long exact = drawn.Sum(patient => (long)(patient.Prediction - (255 * patient.Label)) * (patient.Prediction - (255 * patient.Label)));
        using SeededRandomSource unused = new(PrngType.Blake2Xb, new byte[64]);
        long expected = ScorePublication.Rounded.Publish(ScoringKind.SquaredError, new ScoreRatio(exact, 255L * 255 * drawn.Length), 1, unused);
        Assert.That(JsonNode.Parse(answer)!["values"]!.AsArray().Select(value => (long)value!), Is.EqualTo(new[] { expected, expected }), "of both validators");

        (int replayed, string report, string trouble) = await SubnetProcess.RunAsync(home.Path, ["validator", "replay", output, "--json"]);
        Assert.That(replayed, Is.Zero, report + trouble);
        byte[] changed = await File.ReadAllBytesAsync(output);
        changed[changed.Length / 3] ^= 4;
        string other = home.Combine("changed.transcript");
        await File.WriteAllBytesAsync(other, changed);
        (int found, string difference, _) = await SubnetProcess.RunAsync(home.Path, ["validator", "replay", other, "--json"]);
        Assert.That(found, Is.EqualTo(1));
        Assert.That((string?)JsonNode.Parse(difference)!["difference"], Is.Not.Empty);

        // The secrets of a batch that is over are gone, and its patients are scored: 44 are too few for another batch.
        Assert.That(File.Exists(home.Combine("clinic", "default", "organic.journal")), Is.False);
        (int again, _, string refusal) = await SubnetProcess.RunAsync(home.Path, [.. command.Select(word => word == output ? home.Combine("next.transcript") : word)]);
        Assert.That(again, Is.Not.Zero, refusal);
        Assert.That(Logged(home).GetValueOrDefault("score-window"), Is.EqualTo(1), refusal);
    }

    [Test]
    public async Task Window_whose_clinic_was_down_until_its_beacon_came_is_given_up_in_a_sentence_and_the_same_command_begins_a_new_one()
    {
        using TemporaryFolder home = new();
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        await using InProcessLedger ledger = new();
        await using Blocks blocks = new(ledger);
        Uri node = await ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        ushort netuid = await ledger.CreateSubnet("miner", "validator", "second-miner");
        bool isAdmitted = false;
        await using ValidatorService first = await ValidateAsync(ledger, netuid, "validator", home, randomness, () => Volatile.Read(ref isAdmitted));
        await using ValidatorService second = await ValidateAsync(ledger, netuid, "second-miner", home, randomness, () => Volatile.Read(ref isAdmitted));
        await WriteHistoryAsync(home, netuid);
        string output = home.Combine("batch.transcript");
        string[] command =
        [
            "clinic", "score-organic", "--netuid", netuid.ToString(CultureInfo.InvariantCulture), "--validators", "2", "--output", output, "--wallet-name", "clinic", "--password-file", home.Combine("password"),
            "--network", node.ToString(), "--home", home.Path, "--yes", "--json",
        ];

        // Nobody gives a seed: one sentence says what to do, and nothing is left behind.
        blocks.AreFree = true;
        (int code, string answer, string error) = await SubnetProcess.RunAsync(home.Path, command);
        Assert.That(code, Is.EqualTo(1), answer + error);
        Assert.That(error, Does.Contain("Too few validators gave a seed before the window's beacon; nothing was sent to them and no patient was scored.").And.Contain("give the command again"));
        Assert.That(File.Exists(home.Combine("clinic", "default", "organic.journal")), Is.False);

        // Killed after the anchor, without seeds, and down until the beacon is there.
        blocks.AreFree = false;
        await KillAtAsync(home.Path, command, "beacon");
        Assert.That(File.Exists(home.Combine("clinic", "default", "organic.journal")), Is.True);
        for (int i = 0; i <= ScoringSettings.BeaconDelay; i++)
        {
            await ledger.Node.MakeBlockAsync();
        }

        Volatile.Write(ref isAdmitted, true);
        using Process process = SubnetProcess.Start(home.Path, command);
        Task<string> reading = process.StandardOutput.ReadToEndAsync();
        List<string> said = [];
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience.Long) is { } line)
        {
            said.Add(line);

            // The new window's seeds are all there; its beacon may come.
            blocks.AreFree |= said.Count(each => each == "beacon") == 2;
        }

        await process.WaitForExitAsync();
        string report = string.Join('\n', said);
        Assert.That(process.ExitCode, Is.Zero, report);
        Assert.That((string)JsonNode.Parse(await reading)!["outcome"]!, Is.EqualTo("None"));
        Assert.That(said.Count(line => line.EndsWith("The window that was interrupted is given up, and a new one begins as the options say.", StringComparison.Ordinal)), Is.EqualTo(1), report);
        Assert.That(File.Exists(output), Is.True);
        Dictionary<string, int> logged = Logged(home);
        Assert.That(new[] { "score-window", "batch-open", "score-commit", "score-open" }.Select(entry => logged.GetValueOrDefault(entry)), Is.EqualTo(new[] { 3, 1, 1, 1 }));
    }

    /// <summary>Starts the command, ends it (SIGKILL) when it says that a step begins, and waits until it is gone.</summary>
    private static async Task KillAtAsync(string home, string[] command, string step)
    {
        using Process process = SubnetProcess.Start(home, command);
        StringBuilder said = new();
        while (await process.StandardError.ReadLineAsync().WaitAsync(Patience.Long) is { } line)
        {
            said.AppendLine(line);
            if (line == step)
            {
                process.Kill();
                await process.WaitForExitAsync();
                return;
            }
        }

        Assert.Fail($"it ended before '{step}': {said}");
    }

    private static async Task<ValidatorService> ValidateAsync(InProcessLedger ledger, ushort netuid, string name, TemporaryFolder home, RandomSourceFactory randomness, Func<bool>? isAdmitted = null)
    {
        await ledger.Do(name, new AddStakeCall(netuid, ledger.Id(name + "-hot"), 100 * InProcessLedger.Tao, 0, false));
        for (int i = 0; i < 12; i++)
        {
            await ledger.Node.MakeBlockAsync();
        }

        return await ValidatorService.StartAsync(
            new ValidatorSettings(home.Combine("served", name), [netuid]) { Challenges = false, IsClinicAdmitted = _ => isAdmitted?.Invoke() ?? true },
            InProcessLedger.SigningKeyOf(name + "-hot"), ledger.Client, new NoTokens(), new Dictionary<ushort, LabelledRows>(), new PeerChannels(null, TimeProvider.System), TimeProvider.System,
            randomness, NullLoggerFactory.Instance, null);
    }

    /// <summary>The clinic's wallet, and what its gateway keeps of queries whose outcome came; by event, what was predicted and what became of it.</summary>
    private static async Task<Dictionary<string, (byte Prediction, byte Label)>> WriteHistoryAsync(TemporaryFolder home, ushort netuid)
    {
        using OperatingSystemRandomSource random = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        new WalletFolder(home.Path).Write("clinic", null, KeystoreFile.Seal(key, KeyRole.Coldkey, Encoding.UTF8.GetBytes(Password), ScryptCost.Minimum, random));
        await File.WriteAllTextAsync(home.Combine("password"), Password + "\n");
        string folder = Directory.CreateDirectory(home.Combine("clinic", "default")).FullName;
        using AtRestKey atRest = AtRestKey.Derive(key, "clinic/default", random);
        await using ClinicHistory history = new(Path.Combine(folder, "history.db"), atRest);
        using SigningKey miner = InProcessLedger.SigningKeyOf("miner-hot");
        Dictionary<string, (byte, byte)> patients = new(StringComparer.Ordinal);
        Random draws = new(8);
        for (int i = 0; i < Cases; i++)
        {
            string name = i.ToString("x32", CultureInfo.InvariantCulture);
            byte prediction = (byte)draws.Next(256);
            bool outcome = draws.Next(256) < prediction;
            byte[] salt = new byte[32];
            random.Fill(salt);
            HistorySecret secret = new("heart", null, [], new byte[32], [], [], [], [], salt, prediction, null);
            await history.AddAsync(new HistoryEntry(name, DateTimeOffset.UnixEpoch.AddSeconds(i), netuid, new string('a', 64), miner.Address, 1, secret));
            Assert.That(await history.SetOutcomeAsync(name, 1, outcome), Is.True);
            patients.Add(name, (prediction, outcome ? (byte)1 : (byte)0));
        }

        return patients;
    }

    /// <summary>How often each scoring message is in the clinic's log.</summary>
    private static Dictionary<string, int> Logged(TemporaryFolder home)
    {
        PhysicalLogFiles files = new(home.Combine("clinic", "default", "log"));
        using LogStore store = LogStore.Open(files);
        return LogEntries.Read(new FileTileSource(files), 0, store.CommittedSize, store.CommittedSize)
            .Select(entry => CanonicalJsonReader.Read(entry.Bytes.Span))
            .Where(entry => entry.TextOrNull("type") == "score.assigned")
            .CountBy(entry => entry.TextOrNull("code")!)
            .ToDictionary();
    }

    /// <summary>
    /// Makes a block where a call waits for one, and, once they are free, some more after it: as many as anybody waits for, and not so many that a process that has just begun could not
    /// follow them.
    /// </summary>
    private sealed class Blocks : IAsyncDisposable
    {
        private const int MostAfterCall = 4 * ScoringSettings.BeaconDelay;

        private readonly InProcessLedger ledger;
        private readonly CancellationTokenSource stopping = new();
        private readonly Task making;
        private bool areFree;

        public Blocks(InProcessLedger ledger)
        {
            this.ledger = ledger;
            making = Task.Run(MakeAsync);
        }

        public bool AreFree
        {
            get => Volatile.Read(ref areFree);
            set => Volatile.Write(ref areFree, value);
        }

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await making;
            stopping.Dispose();
        }

        private async Task MakeAsync()
        {
            int left = MostAfterCall;
            while (!stopping.IsCancellationRequested)
            {
                bool isAwaited = await ledger.Node.Host.UseAsync(static (_, store) => store.ReadPending(1).Count, CancellationToken.None) > 0;
                if (isAwaited || (AreFree && left > 0))
                {
                    left = isAwaited ? MostAfterCall : left - 1;
                    await ledger.Node.MakeBlockAsync();
                }

                await Task.Delay(2);
            }
        }
    }
}
