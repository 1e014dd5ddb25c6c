using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Logs;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Scoring;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Review;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary>A clinic and two validators over loopback, with a real log that is anchored.</summary>
[TestFixture]
internal sealed class ScoringServiceTests
{
    private readonly List<IAsyncDisposable> owned = [];
    private ScoringFixture fixture = null!;
    private ChainOfTheTest chain = null!;
    private RoleLog clinicLog = null!;
    private UnsyncedLogFiles files = null!;
    private List<ScoringService> services = null!;
    private List<ScoringPeer> peers = null!;

    [SetUp]
    public async Task StartAsync()
    {
        fixture = new ScoringFixture();
        chain = new ChainOfTheTest(fixture.Beacon.Validators);
        files = new UnsyncedLogFiles(Path.Combine(fixture.Folder, "clinic-log"));
        clinicLog = await RoleLog.OpenAsync(
            new RoleLogOptions(Path.Combine(fixture.Folder, "clinic-log"), "test-net", "clinic") { Files = files, Anchor = chain.PutAsync, CheckpointInterval = TimeSpan.FromHours(1) },
            fixture.ClinicKey,
            TimeProvider.System,
            new OperatingSystemRandomSource());
        services = [];
        peers = [];
        for (int i = 0; i < fixture.ValidatorKeys.Count; i++)
        {
            ScoringService service = Service(i);
            service.Restore();
            GrpcServices server = new();
            service.AddTo(server);
            GrpcServerHost host = await GrpcServerHost.StartAsync(
                new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), server, NullLoggerFactory.Instance, TimeProvider.System, default);
            owned.Add(host);
            services.Add(service);
            peers.Add(new ScoringPeer(fixture.ValidatorKeys[i].PublicKey.ToArray(), new GrpcChannel(host.Address, new GrpcChannelOptions(), TimeProvider.System)));
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        peers.ForEach(peer => peer.Channel.Dispose());
        foreach (IAsyncDisposable item in owned)
        {
            await item.DisposeAsync();
        }

        owned.Clear();
        services.ForEach(service => service.Dispose());
        await clinicLog.DisposeAsync();
        await fixture.DisposeAsync();
    }

    [Test]
    public async Task Batch_runs_over_the_network_and_its_transcript_replays()
    {
        OrganicScoringResult result = await RunAsync();

        Assert.That(result.Unreachable, Is.Empty);
        Assert.That(result.Findings, Is.Empty);
        byte[] bytes = await ScoringFixture.WriteAsync(result.Transcript!);
        Assert.That(ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out _), Is.True);
        ReplayReport report = TranscriptReplay.Run(read!);
        Assert.That(report.Difference, Is.Null);
        Assert.That(report.Outcomes.Single().ClinicOwesFee, Is.False);
        foreach (ScoringService service in services)
        {
            (ScoreBatchOpen _, IReadOnlyList<OrganicOutcome> outcomes) = service.TakeConcluded().Single();
            Assert.That(outcomes.Single().Quality, Is.EqualTo(report.Outcomes.Single().Quality));
            Assert.That(service.TakeConcluded(), Is.Empty, "each batch once");
        }
    }

    [Test]
    public async Task Anybody_can_ask_a_validator_how_often_batches_were_left()
    {
        await RunAsync();
        services[0].TakeConcluded();
        await using GrpcCall<Subnet.Health.Rpc.ScoringV1.ScoringChunk, Subnet.Health.Rpc.ScoringV1.ScoringChunk> call =
            peers[0].Channel.Start(ScoringMethods.Aborts, GrpcCallOptions.None, default);
        call.CompleteRequests();
        ScoringAssembler assembler = new(1 << 16, signer => signer.Span.SequenceEqual(fixture.ValidatorKeys[0].PublicKey));
        await foreach (Subnet.Health.Rpc.ScoringV1.ScoringChunk chunk in call.ReadAllAsync())
        {
            Assert.That(assembler.TryTake(chunk), Is.True);
        }

        AbortRates rates = AbortRates.TryRead(assembler.Messages.Single())!;
        Assert.That(rates.Rates.Select(rate => (rate.Scores, rate.NotOpened, rate.NotSeeded)), Is.EqualTo(new[] { (1L, 0L, 0L), (1L, 0L, 0L) }));
    }

    [Test]
    public async Task Run_that_is_broken_off_at_any_step_goes_on_from_there()
    {
        using AtRestKey key = AtRestKey.Derive(fixture.ClinicKey, "organic", new OperatingSystemRandomSource());
        string path = Path.Combine(fixture.Folder, "organic.journal");
        ScoringLog log = new(clinicLog);
        foreach (string step in new[] { "beacon", "outputs", "seeds", "openings" })
        {
            using ScoringJournal journal = new(path, key);
            using DurableClinicScoring clinic = await DurableClinicScoring.ResumeAsync(fixture.ClinicKey, fixture.Store, log, journal, fixture.Clock)
                ?? DurableClinicScoring.Begin(
                    SHA512.HashData("run"u8), 7, fixture.Measure, fixture.Panel, fixture.Cases, fixture.Settings, fixture.ClinicKey, fixture.Store, log, journal, fixture.Clock);
            Assert.That(async () => await NewRun(clinic).RunAsync(new BreaksOff(step), default), Throws.InstanceOf<OperationCanceledException>(), step);
        }

        using ScoringJournal last = new(path, key);
        using DurableClinicScoring resumed = (await DurableClinicScoring.ResumeAsync(fixture.ClinicKey, fixture.Store, log, last, fixture.Clock))!;
        OrganicScoringResult result = await NewRun(resumed).RunAsync(null, default);
        Assert.That(result.Unreachable, Is.Empty);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(TranscriptReplay.Run(result.Transcript!).Difference, Is.Null);
    }

    [Test]
    public async Task Validator_restarted_after_the_batch_came_has_its_outcome_and_forgets_it_when_told()
    {
        string folder = Path.Combine(fixture.Folder, "slots-0");
        OrganicScoringResult result = await RunAsync();
        services[0].Dispose();

        using ScoringService restarted = Service(0);
        Assert.That(restarted.Restore(), Is.Empty);
        (ScoreBatchOpen batch, IReadOnlyList<OrganicOutcome> outcomes) = restarted.TakeConcluded().Single();
        Assert.That(outcomes.Single().Quality, Is.EqualTo(services[1].TakeConcluded().Single().Outcomes.Single().Quality));
        Assert.That(batch.Batch.Span.SequenceEqual(ScoreBatchOpen.TryRead(result.Transcript!.Messages[1])!.Batch.Span), Is.True);
        Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(1), "kept until its outcome is kept elsewhere");
        restarted.Forget([batch]);
        Assert.That(Directory.GetFiles(folder), Is.Empty);
    }

    [Test]
    public void Journal_of_a_slot_that_cannot_be_read_is_reported_and_stays()
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(fixture.Folder, "slots-0")).FullName, "x.journal");
        File.WriteAllText(path, "no journal");

        using ScoringService service = Service(0);
        Assert.That(service.Restore(), Has.Count.EqualTo(1));
        Assert.That(File.Exists(path), Is.True);
    }

    [Test]
    public async Task Window_whose_beacon_is_known_already_gets_no_seed()
    {
        // Attack 26: the clinic looks at the block that will order its cases before it tells anyone of them.
        chain.AfterAnchor = ScoringSettings.BeaconDelay;
        OrganicScoringResult result = await RunAsync();

        Assert.That(result.Fault, Is.EqualTo(ScoringFault.TooFewValidators));
        Assert.That(result.Unreachable.Select(item => item.Step), Is.All.EqualTo("window"));
    }

    [Test]
    public async Task Window_that_is_anchored_again_for_another_beacon_gets_no_seed_also_when_the_first_is_forgotten()
    {
        // Attack 26: the clinic sees the draw, dislikes it, lets the batch be, and has the same cases ordered by another block.
        ScoringLog log = new(clinicLog);
        ManualClock standing = new();
        Assert.That(async () => await NewRun(fixture.NewClinic(log: log, clock: standing)).RunAsync(new BreaksOff("outputs"), default), Throws.InstanceOf<OperationCanceledException>());
        fixture.Clock.Advance(TimeSpan.FromHours(1));
        services.ForEach(service => Assert.That(service.TakeConcluded(), Is.Empty, "no batch came, and its slot is closed"));
        using SqliteScoringStore unmarked = new(Path.Combine(fixture.Folder, "unmarked.db"), new OperatingSystemRandomSource());
        using ClinicScoring again = new(
            7, fixture.Measure, fixture.Panel, fixture.Cases, fixture.Settings, fixture.ClinicKey, unmarked, log, standing, RandomSourceFactory.FromSeed(SHA512.HashData("clinic"u8)));

        OrganicScoringResult result = await NewRun(again).RunAsync(null, default);

        Assert.That(result.Fault, Is.EqualTo(ScoringFault.TooFewValidators));
        Assert.That(result.Unreachable.Select(item => item.Step), Is.EqualTo(new[] { "window", "window" }));
    }

    [Test]
    public async Task Window_that_the_anchored_log_does_not_hold_gets_no_seed()
    {
        chain.Root = SHA256.HashData("another log"u8);
        Assert.That((await RunAsync()).Fault, Is.EqualTo(ScoringFault.TooFewValidators));
    }

    [Test]
    public async Task Validator_that_is_gone_leaves_the_batch_to_nobody_where_two_are_needed()
    {
        await owned[1].DisposeAsync();
        OrganicScoringResult result = await RunAsync();

        Assert.That(result.Fault, Is.EqualTo(ScoringFault.TooFewValidators));
        Assert.That(result.Transcript, Is.Null);
        Assert.That(result.Unreachable.Single().Validator.Span.SequenceEqual(fixture.ValidatorKeys[1].PublicKey), Is.True);
    }

    [Test]
    public async Task Ledger_answers_what_scoring_asks()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start();
        LedgerScoringChain asked = new(ledger.Client);
        ushort netuid = await ledger.CreateSubnet("miner");
        Assert.That(await asked.AnchorAsync("a.test/log", default), Is.Null);
        await ledger.Do("clinic", new AnchorCheckpointCall("a.test/log", 5, new Hash256(SHA256.HashData("root"u8))));

        ScoringAnchor anchor = (await asked.AnchorAsync("a.test/log", default))!;
        Assert.That(anchor.Size, Is.EqualTo(5));
        Assert.That(anchor.Root.Span.SequenceEqual(SHA256.HashData("root"u8)), Is.True);
        ScoringBeacon beacon = await ScoringBeacons.OfAsync(asked, netuid, anchor.Height, default);
        Assert.That(beacon.Height, Is.EqualTo(anchor.Height + 10));
        byte[] block = (await ledger.Client.GetBlockAsync((ulong)beacon.Height))!.Id.ToArray();
        Assert.That(beacon.Hash.ToArray(), Is.EqualTo(block));
        Assert.That(await asked.BlockAsync(1_000_000, default), Is.Null);
        Assert.That(await asked.HeightAsync(default), Is.GreaterThanOrEqualTo(beacon.Height));
    }

    private ScoringService Service(int validator) => new(
        fixture.ValidatorKeys[validator],
        fixture.SeedsOf(validator),
        fixture.Log,
        chain,
        fixture.Settings.Timetable,
        clinic => clinic.Span.SequenceEqual(fixture.ClinicKey.PublicKey),
        fixture.Clock,
        Path.Combine(fixture.Folder, $"slots-{validator}"),
        fixture.SeedsOf(validator));

    private Task<OrganicScoringResult> RunAsync() => NewRun(fixture.NewClinic(log: new ScoringLog(clinicLog))).RunAsync(null, default);

    private OrganicScoringRun NewRun(IClinicScoring clinic) =>
        new(clinic, 7, peers, chain, files, clinicLog.Origin, cancellation => clinicLog.AnchorAsync(cancellation), fixture.Settings.Timetable);

    /// <summary>Ends a run where a step begins, as a killed process would.</summary>
    private sealed class BreaksOff(string step) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value == step)
            {
                throw new OperationCanceledException(step);
            }
        }
    }

    /// <summary>A ledger whose blocks come when they are waited for.</summary>
    private sealed class ChainOfTheTest(IReadOnlyList<ReadOnlyMemory<byte>> validators) : IScoringChain
    {
        private long height = 100;
        private (string Origin, ScoringAnchor Anchor)? anchored;

        public int AfterAnchor { get; set; }

        public byte[]? Root { get; set; }

        public Task PutAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
        {
            height++;
            anchored = (checkpoint.Origin, new ScoringAnchor(checkpoint.Size, Root ?? checkpoint.Root.ToArray(), height));
            height += AfterAnchor;
            return Task.CompletedTask;
        }

        public Task<long> HeightAsync(CancellationToken cancellationToken) => Task.FromResult(height);

        public Task WaitForHeightAsync(long wanted, CancellationToken cancellationToken)
        {
            height = Math.Max(height, wanted);
            return Task.CompletedTask;
        }

        public Task<ScoringAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken) =>
            Task.FromResult(anchored is { } known && known.Origin == origin ? known.Anchor : null);

        public Task<ReadOnlyMemory<byte>?> BlockAsync(long wanted, CancellationToken cancellationToken) =>
            Task.FromResult(wanted <= height ? (ReadOnlyMemory<byte>?)SHA256.HashData(BitConverter.GetBytes(wanted)) : null);

        public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ValidatorsAsync(ushort netuid, CancellationToken cancellationToken) => Task.FromResult(validators);
    }
}
