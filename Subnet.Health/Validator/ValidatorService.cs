using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Audits;
using Subnet.Health.Clinic;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Serving;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Scoring;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;
using Subnet.Health.Validator.Weights;

namespace Subnet.Health.Validator;

/// <summary>
/// A validator: plans and sends challenges, judges them with two others, scores, and sets weights by commit and reveal; witnesses the logs of clinics and miners, and
/// checks other validators' audit files. It does what is due at a height and keeps nothing in memory that it needs, so it can be stopped at any point and goes on.
/// </summary>
internal sealed class ValidatorService : IAsyncDisposable
{
    private const ulong BlocksForCommit = 3;
    private const int EpochsStocked = 2;

    private readonly ValidatorParts parts;
    private readonly IRandomSource random;
    private readonly RoleLog log;
    private readonly RoleWitness witness;
    private readonly LedgerWitnesses others;
    private readonly GrpcServerHost host;
    private readonly PlanningStep planning;
    private readonly SendingStep sending;
    private readonly JudgingStep judging;
    private readonly ScoringStep scoring;
    private readonly WeightsStep weights;
    private readonly EndpointAnnouncement announcement;
    private readonly SqliteScoringStore seeds;
    private readonly ScoringService organic;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private bool isRun;
    private readonly List<(ScoreBatchOpen Batch, IReadOnlyList<OrganicOutcome> Outcomes)> concluded = [];
    private ulong worked;

    private ValidatorService(
        ValidatorParts parts,
        IRandomSource random,
        RoleLog log,
        RoleWitness witness,
        GrpcServerHost host,
        SqliteScoringStore seeds,
        ScoringService organic,
        Func<ValidatorParts, IWeightPolicy>? policy)
    {
        (this.parts, this.random, this.log, this.witness, this.host, this.seeds, this.organic) = (parts, random, log, witness, host, seeds, organic);
        others = new LedgerWitnesses(parts.Ledger, log, [], parts.Channels.ForAll(), parts.Time);
        planning = new PlanningStep(parts);
        sending = new SendingStep(parts);
        judging = new JudgingStep(parts);
        scoring = new ScoringStep(parts);
        Duplicates = new DuplicateStep(parts, scoring);
        announcement = new EndpointAnnouncement(parts, host.Address);
        weights = new WeightsStep(parts, policy?.Invoke(parts) ?? new EarnedWeights(parts, Duplicates));
    }

    /// <summary>Where its gRPC services listen.</summary>
    public Uri Address => host.Address;

    /// <summary>Its transparency log.</summary>
    public RoleLog Log => log;

    /// <summary>Its duty as a witness.</summary>
    public RoleWitness Witness => witness;

    /// <summary>What it must not lose, for whoever reads its results in this process.</summary>
    public ValidatorStore Store => parts.Store;

    /// <summary>The miners as it sees them.</summary>
    public MinerDirectory Miners => parts.Miners;

    /// <summary>Who serves the same model as whom.</summary>
    public DuplicateStep Duplicates { get; }

    /// <summary>Ends when the service stopped; faulted if it could not go on.</summary>
    public Task Completion => running;

    /// <summary>Opens the validator and puts its address on the ledger. Nothing more happens before <see cref="Run"/> or <see cref="AdvanceAsync"/>.</summary>
    /// <param name="settings">How it works.</param>
    /// <param name="hotkey">Its key; stays the caller's and must live as long as the service.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="tokens">Its access tokens.</param>
    /// <param name="labelled">Rows with known outcomes by subnet.</param>
    /// <param name="channels">Ways to other parties.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Makes independent sources of randomness.</param>
    /// <param name="loggers">Loggers.</param>
    /// <param name="policy">How weights come about; null for earned scores.</param>
    /// <param name="extend">Adds further services to its server before it starts; null for none.</param>
    /// <param name="open">Opens what must listen before the address is on the ledger, such as the HTTP side: where it fails nothing is announced; null for nothing.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="LedgerRefusedException">The hotkey is not registered in one of the subnets.</exception>
    /// <exception cref="IOException">Another process has its folder open, or a port is taken.</exception>
    public static async Task<ValidatorService> StartAsync(
        ValidatorSettings settings,
        SigningKey hotkey,
        ILedgerClient ledger,
        IAccessTokens tokens,
        IReadOnlyDictionary<ushort, LabelledRows> labelled,
        PeerChannels channels,
        TimeProvider time,
        IRandomSourceFactory random,
        ILoggerFactory loggers,
        Func<ValidatorParts, IWeightPolicy>? policy = null,
        Action<GrpcServices, RoleLog, RoleWitness>? extend = null,
        Func<ValidatorService, Task>? open = null,
        CancellationToken cancellationToken = default)
    {
        ValidatorService service = await OpenAsync(
            settings, hotkey, ledger, tokens, labelled, channels, time, random, loggers, policy, extend, cancellationToken).ConfigureAwait(false);
        try
        {
            // An address that does not answer costs others their patience, and the ledger admits another only many blocks later: first everything listens.
            await (open?.Invoke(service) ?? Task.CompletedTask).ConfigureAwait(false);
            await service.announcement.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<ValidatorService> OpenAsync(
        ValidatorSettings settings,
        SigningKey hotkey,
        ILedgerClient ledger,
        IAccessTokens tokens,
        IReadOnlyDictionary<ushort, LabelledRows> labelled,
        PeerChannels channels,
        TimeProvider time,
        IRandomSourceFactory random,
        ILoggerFactory loggers,
        Func<ValidatorParts, IWeightPolicy>? policy,
        Action<GrpcServices, RoleLog, RoleWitness>? extend,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.Home);
        string network = ledger.Identity.Network;
        RoleLogOptions options = new(Path.Combine(settings.Home, "log"), network, "validator")
        {
            Anchor = async (checkpoint, stop) =>
            {
                await ledger.SubmitAsync(new LedgerKey(hotkey), new AnchorCheckpointCall(checkpoint.Origin, (ulong)checkpoint.Size, new Hash256(checkpoint.Root.ToArray())), stop)
                    .ConfigureAwait(false);
            },
        };
        RoleLog? log = null;
        RoleWitness? witness = null;
        ValidatorStore? store = null;
        OpenedRowStore? rows = null;
        SqliteScoringStore? seeds = null;
        ValidatorMetrics metrics = new(hotkey.Address);
        try
        {
            log = await RoleLog.OpenAsync(options, hotkey, time, random.Create()).ConfigureAwait(false);
            witness = RoleWitness.Open(Path.Combine(settings.Home, "witness"), network, hotkey, static _ => true, time);
            store = new ValidatorStore(Path.Combine(settings.Home, "validator.db"));
            rows = new OpenedRowStore(Path.Combine(settings.Home, "audit-rows.db"));
            seeds = new SqliteScoringStore(Path.Combine(settings.Home, "scoring.db"), random.Create());
            ILogger logger = loggers.CreateLogger<ValidatorService>();
            IRandomSource drawn = random.Create();
            MinerDirectory miners = new(ledger, channels, store, time, loggers.CreateLogger<MinerDirectory>());
            ValidatorParts parts = new(
                settings, hotkey, ledger, store, rows, log.Recorder, miners, channels, tokens, labelled, new GeneratorCache(), new LockedRandomSource(drawn), time, logger, metrics);
            GrpcServices services = new();
            new VerdictService(parts).AddTo(services);
            TransparencyEndpoint.AddTo(services, log.Served, witness.Witness, null, witness.Learn);
            ScoringService organic = new(
                hotkey, seeds, new ScoringLog(log), new LedgerScoringChain(ledger), ScoringTimetable.Default, settings.IsClinicAdmitted, time,
                Path.Combine(settings.Home, "scoring"), seeds);
            organic.AddTo(services);
            foreach (IOException fault in organic.Restore())
            {
                ValidatorLog.SlotLost(logger, fault);
            }

            extend?.Invoke(services, log, witness);
            GrpcServerHost host = await GrpcServerHost.StartAsync(
                new GrpcServerHostOptions(settings.Endpoint), services, loggers, time, cancellationToken).ConfigureAwait(false);
            return new ValidatorService(parts, drawn, log, witness, host, seeds, organic, policy);
        }
        catch
        {
            metrics.Dispose();
            store?.Dispose();
            if (rows is not null)
            {
                await rows.DisposeAsync().ConfigureAwait(false);
            }

            seeds?.Dispose();
            witness?.Dispose();
            if (log is not null)
            {
                await log.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Works with every block from now on; challenges go between the blocks, each at its own moment.</summary>
    public void Run()
    {
        isRun = true;
        running = Task.WhenAll(Task.Run(() => FollowAsync(stopping.Token)), Task.Run(() => ChallengeAsync(stopping.Token)));
    }

    /// <summary>Whether it worked with every block and does so no more.</summary>
    public bool IsStopped => isRun && running.IsCompleted;

    /// <summary>Does what is due at the newest block, for every subnet; failures of one subnet are logged and tried again with the next block.</summary>
    /// <returns>Whether a ledger call of this validator waits for the next block.</returns>
    public async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await others.RefreshAsync(cancellationToken).ConfigureAwait(false);
            await weights.SettleAsync((await parts.Ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height).ConfigureAwait(false);
            concluded.AddRange(organic.TakeConcluded());
            foreach (ushort netuid in parts.Settings.Netuids)
            {
                if (await EpochClock.ReadAsync(parts.Ledger, netuid, cancellationToken).ConfigureAwait(false) is { } clock)
                {
                    if (concluded.Count > 0)
                    {
                        await KeepOrganicAsync(clock, cancellationToken).ConfigureAwait(false);
                    }

                    await TryStepAsync(clock, cancellationToken).ConfigureAwait(false);
                    worked = clock.Height;
                }
            }

            // Not before they are stored: where the disk refused above, they are stored with the next block.
            organic.Forget(concluded.Select(over => over.Batch));
            parts.Metrics.Scored(concluded.Count);
            concluded.Clear();
            return weights.IsWaiting;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Where it stands.</summary>
    public async Task<ValidatorStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        List<ValidatorSubnetStatus> subnets = [];
        foreach (ushort netuid in parts.Settings.Netuids)
        {
            if (await EpochClock.ReadAsync(parts.Ledger, netuid, cancellationToken).ConfigureAwait(false) is { } clock)
            {
                IReadOnlyList<Challenge> challenges = parts.Store.Challenges(netuid, clock.Epoch);
                subnets.Add(new ValidatorSubnetStatus(
                    netuid,
                    clock.Epoch,
                    worked,
                    challenges.Count,
                    challenges.Count(challenge => challenge.State == ChallengeState.Answered),
                    parts.Store.Verdicts(netuid).Where(verdict => verdict.Epoch + 1 == clock.Epoch).CountBy(verdict => verdict.Code).ToDictionary(StringComparer.Ordinal),
                    parts.Store.Scores(netuid).GroupBy(score => Convert.ToHexStringLower(score.Miner)).ToDictionary(
                        group => group.Key, group => group.Max(score => score.Score.Value), StringComparer.Ordinal),
                    parts.Store.PendingWeights(netuid).Count));
            }
        }

        return new ValidatorStatus(parts.Hotkey.Address, Address, parts.Settings.Shadow, subnets);
    }

    /// <summary>Finishes the step that runs, answers the calls that are under way, and closes everything.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.DisposeAsync().ConfigureAwait(false);
        parts.Metrics.Dispose();
        parts.Store.Dispose();
        await parts.OpenedRows.DisposeAsync().ConfigureAwait(false);
        sending.Dispose();
        organic.Dispose();
        seeds.Dispose();
        random.Dispose();
        witness.Dispose();
        await log.DisposeAsync().ConfigureAwait(false);
        others.Dispose();
        stopping.Dispose();
        turn.Dispose();
    }

    /// <summary>Keeps the scores on real outcomes of a subnet's miners; they are part of the score of the epoch that is judged next.</summary>
    private async Task KeepOrganicAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelView> models = await parts.Ledger.GetModelsAsync(clock.Netuid, withRetired: true, cancellationToken).ConfigureAwait(false);
        foreach ((ScoreBatchOpen batch, IReadOnlyList<OrganicOutcome> outcomes) in concluded)
        {
            foreach (OrganicOutcome outcome in outcomes)
            {
                if (outcome.Quality is { } quality && models.Any(model => IsOf(model, outcome)))
                {
                    parts.Store.PutOrganic(clock.Netuid, clock.Epoch, outcome.Miner.ToArray(), outcome.Card.ToArray(), batch.Batch.ToArray(), quality);
                }
            }
        }
    }

    /// <summary>Whether a registration is that of an outcome's miner and card: the clinic names both.</summary>
    private static bool IsOf(ModelView model, OrganicOutcome outcome) =>
        outcome.Card.Span.SequenceEqual(model.Card.ToArray()) && outcome.Miner.Span.SequenceEqual(model.Registration.Hotkey.ToArray());

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        ulong next = (await parts.Ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
        Dictionary<ushort, ulong> stocked = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            // Several blocks may have passed while one was worked through: the newest counts.
            next = await parts.Ledger.WaitForHeightAsync(next, cancellationToken).ConfigureAwait(false) + 1;
            await announcement.AnnounceLaterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await AdvanceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SqliteException fault)
            {
                ValidatorLog.DiskRefused(parts.Logger, next - 1, fault.Message);
            }

            foreach (ushort netuid in parts.Settings.Netuids)
            {
                if (await EpochClock.ReadAsync(parts.Ledger, netuid, cancellationToken).ConfigureAwait(false) is { } clock
                    && (!stocked.TryGetValue(netuid, out ulong epoch) || epoch != clock.Epoch))
                {
                    stocked[netuid] = clock.Epoch;
                    await BeginEpochAsync(clock, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Sends challenges between blocks.</summary>
    private async Task ChallengeAsync(CancellationToken cancellationToken)
    {
        TimeSpan block = TimeSpan.FromMilliseconds(parts.Ledger.Identity.BlockTimeMs);
        ulong next = (await parts.Ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
        List<Task> sent = [];
        try
        {
            while (parts.Settings.Challenges && !cancellationToken.IsCancellationRequested)
            {
                next = await parts.Ledger.WaitForHeightAsync(next, cancellationToken).ConfigureAwait(false) + 1;

                // Queries of a block that a miner leaves unanswered hold up nothing of the next block.
                Task[] over = [.. sent.Where(task => task.IsCompleted)];
                await Task.WhenAll(over).ConfigureAwait(false);
                sent.RemoveAll(task => Array.IndexOf(over, task) >= 0);
                sent.AddRange(parts.Settings.Netuids.Select(netuid => ChallengeAsync(netuid, block, cancellationToken)));
            }
        }
        finally
        {
            await Task.WhenAll(sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ChallengeAsync(ushort netuid, TimeSpan block, CancellationToken cancellationToken)
    {
        if (await EpochClock.ReadAsync(parts.Ledger, netuid, cancellationToken).ConfigureAwait(false) is { } clock)
        {
            await TryAsync(clock, () => sending.RunPacedAsync(clock, block, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>Once an epoch: tokens for the next two epochs, and the log's checkpoint on the ledger.</summary>
    private async Task BeginEpochAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        try
        {
            if (parts.Settings.Challenges)
            {
                ChallengeBudget budget = parts.Settings.Budget;
                foreach (ServedCard model in await parts.Miners.ListAsync(clock.Netuid, cancellationToken).ConfigureAwait(false))
                {
                    byte[] miner = model.Neuron.Hotkey.ToArray();
                    foreach ((int rows, int count) in budget.TokensFor(model.Card))
                    {
                        await parts.Tokens.EnsureAsync(clock.Netuid, miner, rows, EpochsStocked * count, cancellationToken).ConfigureAwait(false);
                    }
                }
            }

            await log.AnchorAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is Clinic.ClinicException or LedgerUnreachableException or LedgerRefusedException or IOException or SqliteException)
        {
            ValidatorLog.StepFailed(parts.Logger, e, clock.Netuid, clock.Height);
        }
    }

    private Task TryStepAsync(EpochClock clock, CancellationToken cancellationToken) => TryAsync(clock, () => StepAsync(clock, cancellationToken));

    private async Task TryAsync(EpochClock clock, Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception e) when (e is LedgerUnreachableException or IOException or HttpRequestException or Circuits.CircuitException or SqliteException)
        {
            ValidatorLog.StepFailed(parts.Logger, e, clock.Netuid, clock.Height);
        }
    }

    private async Task StepAsync(EpochClock clock, CancellationToken cancellationToken)
    {
        // A reveal has one epoch to be in: it goes before anything that takes long.
        await weights.SubmitAsync(clock, cancellationToken).ConfigureAwait(false);
        if (parts.Settings.Challenges && !isRun)
        {
            await sending.RunAsync(clock, cancellationToken).ConfigureAwait(false);
        }

        // One block after the epoch began every validator has seen the beacon.
        if (clock.Offset >= 1)
        {
            foreach (ulong epoch in await judging.RunAsync(clock, cancellationToken).ConfigureAwait(false))
            {
                await scoring.RunAsync(clock.Netuid, epoch, cancellationToken).ConfigureAwait(false);
            }

            // A row decided while a proof is waited for would rest on the score of the epoch before: who keeps silent would be paid once more for what it does not prove.
            if (!IsJudging(clock))
            {
                await weights.DecideAsync(clock, cancellationToken).ConfigureAwait(false);
                await weights.SubmitAsync(clock, cancellationToken).ConfigureAwait(false);
            }
        }

        if (parts.Settings.Challenges)
        {
            await planning.RunAsync(clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // Some blocks before the epoch's end the row is decided whatever is missing: one that is not committed in its epoch counts for nothing.
    private bool IsJudging(EpochClock clock) =>
        clock.Offset + BlocksForCommit < clock.Tempo && parts.Store.OpenPlans(clock.Netuid, clock.Epoch).Any(plan => plan.Epoch + 1 == clock.Epoch);
}
