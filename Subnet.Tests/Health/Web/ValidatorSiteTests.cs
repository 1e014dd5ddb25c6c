using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands.Validators;
using Subnet.Health.Cli.Output;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>The HTTP side of a validator: what it tells, and what it keeps to itself while an epoch runs.</summary>
[TestFixture]
internal sealed class ValidatorSiteTests
{
    private static readonly byte[] Miner = [.. Enumerable.Repeat((byte)7, 32)], Card = [.. Enumerable.Repeat((byte)9, 32)];

    private TemporaryFolder folder = null!;
    private RandomSourceFactory randomness = null!;
    private InProcessLedger ledger = null!;
    private SigningKey hotkey = null!;
    private ValidatorService validator = null!;
    private IRoleSite site = null!;
    private HttpClient client = null!;
    private ushort netuid;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        randomness = RandomSourceFactory.FromSeed(new byte[64]);
        ledger = new InProcessLedger().Start(5);
        hotkey = InProcessLedger.SigningKeyOf("validator-hot");
        netuid = await ledger.CreateSubnet("miner", "validator");
        validator = await ValidatorService.StartAsync(
            new ValidatorSettings(folder.Combine("validator"), [netuid]) { Challenges = false }, hotkey, ledger.Client, new NoTokens(), new Dictionary<ushort, LabelledRows>(),
            new PeerChannels(null, TimeProvider.System), TimeProvider.System, randomness, NullLoggerFactory.Instance);
        Plan(epoch: 4, closed: true);
        Plan(epoch: 1_000_000, closed: false);
        validator.Store.PutScore(new StoredScore(netuid, Miner, Card, new MinerScore(0.5, 1), 4));
        site = await new RoleSites(NullLoggerFactory.Instance, TimeProvider.System, null).ValidatorAsync("north", validator, ledger.Client, default);
        client = new HttpClient { BaseAddress = site.Address };
    }

    [TearDown]
    public async Task Stop()
    {
        client?.Dispose();
        await (site?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (validator?.DisposeAsync() ?? ValueTask.CompletedTask);
        await ledger.DisposeAsync();
        hotkey.Dispose();
        randomness.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Health_metrics_and_status_are_served()
    {
        validator.Run();
        Assert.That(await client.GetStringAsync("/healthz"), Is.EqualTo("ok\nledger: ok\nwork: ok\nlog: ok\n"));
        Assert.That(await client.GetStringAsync("/metrics"), Does.Contain("# TYPE dotnet_process_cpu_time_s_total counter"));
        JsonNode status = JsonNode.Parse(await client.GetStringAsync("/api/v1/validator"))!;
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(ValidatorStatusDocument)))!, status), Is.Empty);
        Assert.That((string)status["subnets"]![0]!["miners"]![0]!["miner"]!, Is.EqualTo(Ss58Address.Encode(Miner)));
    }

    [Test]
    public async Task Queries_of_an_epoch_that_runs_are_not_counted_for_a_stranger()
    {
        validator.Run();
        JsonNode subnet = JsonNode.Parse(await client.GetStringAsync("/api/v1/validator"))!["subnets"]![0]!;
        Assert.That(((int)subnet["sent"]!, (int)subnet["answered"]!), Is.EqualTo((3, 2)), "of the judged epoch only");
        ValidatorStatusDocument own = ValidatorStatusDocument.Of("north", validator.Store);
        Assert.That((own.Subnets[0].Sent, own.Subnets[0].Answered), Is.EqualTo((6, 4)), "its owner sees all");
    }

    [Test]
    public async Task Its_owner_alone_sees_why_queries_were_not_answered_by_miner_and_code()
    {
        validator.Run();
        ValidatorStore store = validator.Store;
        IReadOnlyList<Challenge> judged = store.Challenges(netuid, 4), running = store.Challenges(netuid, 1_000_000);
        Assert.That(Unanswered(), Is.EqualTo((string[])["1 no-answer"]), "of the running epoch's one nothing is known yet");
        store.PutReason(judged[2].Id, UnansweredReason.TimedOut);
        store.MarkFailed(running[2].Id);
        store.PutReason(running[2].Id, "token-refused");
        store.PutReason(running[0].Id, UnansweredReason.Busy);
        store.MarkAnswered(running[0].Id, [1], [2], [3], 5);
        Assert.That(Unanswered(), Is.EqualTo((string[])["1 timed-out", "1 token-refused"]), "an answer after all leaves no reason behind");
        Assert.That(await client.GetStringAsync("/api/v1/validator"), Does.Not.Contain("timed-out").And.Not.Contain("refused"));

        IEnumerable<string> Unanswered() => ValidatorStatusDocument.Of("north", store).Subnets[0].Unanswered!.Select(entry =>
        {
            Assert.That(entry.Miner, Is.EqualTo(Ss58Address.Encode(Miner)));
            return $"{entry.Count} {entry.Reason}";
        });
    }

    [Test]
    public async Task Queries_are_in_the_metrics_once_their_epoch_is_over_and_name_no_miner()
    {
        // All that is to be counted is there before the validator looks.
        Plan(epoch: 3, closed: false);
        validator.Run();
        string[] lines = [];

        // They are counted one after another: the late one, counted last, says that all are.
        await Patience.UntilAsync(async () =>
        {
            lines = [.. (await client.GetStringAsync("/metrics")).Split('\n').Where(line => line.Contains(hotkey.Address, StringComparison.Ordinal))];
            return lines.Any(line => line.Contains("outcome=\"late\"", StringComparison.Ordinal));
        });

        string subnet = $"netuid=\"{netuid}\"", validatorLabel = $"validator=\"{hotkey.Address}\"";
        Assert.That(lines, Does.Contain($"subnet_validator_challenges_total{{{subnet},outcome=\"answered\",{validatorLabel}}} 2"));
        Assert.That(lines, Does.Contain($"subnet_validator_challenges_total{{{subnet},outcome=\"late\",{validatorLabel}}} 1"));
        Assert.That(lines, Does.Contain($"subnet_validator_challenge_duration_s_count{{{subnet},{validatorLabel}}} 2"), "those of the epoch that runs are not there");
        Assert.That(lines, Has.None.Contains(Ss58Address.Encode(Miner)));
    }

    [Test]
    public async Task A_validator_that_stopped_is_not_well()
    {
        validator.Run();
        await validator.StopAsync(CancellationToken.None);
        HttpResponseMessage health = await client.GetAsync("/healthz");
        Assert.That((health.StatusCode, await health.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "not well\nledger: ok\nwork: it stopped\nlog: ok\n")));
    }

    // Three queries, two of them answered.
    private void Plan(ulong epoch, bool closed)
    {
        validator.Store.AddPlan(
            new StoredPlan(netuid, epoch, new byte[32], new byte[64], false),
            [
                .. Enumerable.Range(0, 3).Select(i => new Challenge
                {
                    Netuid = netuid, Epoch = epoch, Miner = Miner, Card = Card, Kind = ChallengeKind.Audit, Master = new byte[32], Rows = [[1]], Event = [(byte)(epoch % 251), (byte)i, .. new byte[14]],
                }),
            ]);
        IReadOnlyList<Challenge> planned = validator.Store.Challenges(netuid, epoch);
        foreach (Challenge challenge in planned)
        {
            validator.Store.MarkSent(challenge.Id, [1]);
        }

        validator.Store.MarkAnswered(planned[0].Id, [1], [2], [3], 5);
        validator.Store.MarkAnswered(planned[1].Id, [1], [2], [3], 5);
        if (closed)
        {
            validator.Store.ClosePlan(netuid, epoch);
        }
    }

    private sealed class NoTokens : IAccessTokens
    {
        public Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
