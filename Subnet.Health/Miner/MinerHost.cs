using System.Globalization;
using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Audits;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Serving;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Certificates;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Miner;

/// <summary>
/// A miner: registers its cards and commitments, serves encrypted queries with bounded memory, writes what it served into its log, answers
/// audits, and settles the tokens it received. Stopping drains: no new query is taken, running ones are answered. A restart loses nothing
/// that was acknowledged.
/// </summary>
public sealed class MinerHost : IAsyncDisposable
{
    private readonly MinerSettings settings;
    private readonly MinerMemory memory;
    private readonly SigningKey hotkey;
    private readonly ILedgerClient ledger;
    private readonly ILogger<MinerHost> logger;
    private readonly IReadOnlyList<IServedModel> models;
    private readonly SpentTokenStore spent;
    private readonly OpenedRowStore opened;
    private readonly AdmissionControl admission;
    private readonly MinerMetrics metrics;
    private readonly RoleLog log;
    private readonly LedgerWitnesses witnesses;
    private readonly QueryService queries;
    private readonly KeyBundleStore keys;
    private readonly ProofService proofs;
    private readonly TokenSettler settler;
    private readonly IRandomSource eventRandom;
    private readonly HealthService health = new();
    private readonly CancellationTokenSource stopping = new();
    private GrpcServerHost? server;
    private ModelPublisher? publisher;
    private bool isAnnouncementDue;
    private Task following = Task.CompletedTask;
    private Func<ValueTask> closeOwned = static () => ValueTask.CompletedTask;
    private bool stopped;

    private MinerHost(
        MinerSettings settings,
        IReadOnlyList<IServedModel> models,
        SigningKey hotkey,
        ILedgerClient ledger,
        RoleLog log,
        TimeProvider time,
        IRandomSourceFactory randomness,
        IRandomSource eventRandom,
        ILoggerFactory loggers)
    {
        this.settings = settings;
        memory = new MinerMemory(settings, models);
        this.models = models;
        this.hotkey = hotkey;
        this.ledger = ledger;
        this.log = log;
        this.eventRandom = eventRandom;
        witnesses = new LedgerWitnesses(ledger, log, settings.Witnesses, settings.WitnessChannels, time);
        logger = loggers.CreateLogger<MinerHost>();
        spent = new SpentTokenStore(Path.Combine(settings.Folder, "spent.db"));
        opened = new OpenedRowStore(Path.Combine(settings.Folder, "audit-rows.db"));
        admission = new AdmissionControl(settings.Running, settings.Waiting);
        metrics = new MinerMetrics(settings.Name, () => admission.Inside);
        keys = new KeyBundleStore(Path.Combine(settings.Folder, "keys"), models, settings.KeyBytes, time);
        foreach (IModelUnderKeys forest in models.OfType<IModelUnderKeys>())
        {
            forest.UseKeys(keys);
        }

        TokenChallenge challenge = TokenChallenge.ForMiner(AccessTokenVerifier.IssuerOf(settings.Netuid), settings.Netuid, hotkey.PublicKey);
        queries = new QueryService(models, hotkey, challenge, spent, admission, new ServedQueryLog(log.Recorder), metrics, time);
        proofs = new ProofService(settings.Netuid, hotkey, models, spent, opened, ledger, randomness);
        settler = new TokenSettler(settings.Netuid, new LedgerKey(hotkey), spent, ledger, logger, metrics);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => server!.Address;

    /// <summary>Its transparency log.</summary>
    internal RoleLog Log => log;

    /// <summary>Whether queries are taken.</summary>
    internal bool IsServing => !stopped;

    /// <summary>The models that it serves.</summary>
    internal IReadOnlyList<IServedModel> Models => models;

    /// <summary>Its hotkey, 32 bytes.</summary>
    internal ReadOnlySpan<byte> PublicKey => hotkey.PublicKey;

    /// <summary>Memory that a process with this miner alone can take: models, all admitted queries, messages, connections, and the runtime; in bytes.</summary>
    public long MemoryBytes => memory.Bytes;

    /// <summary>Starts a miner on a network: executes the node's ledger itself, loads the models, registers and serves them.</summary>
    /// <param name="options">Node, subnet, folder, keys, models.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="MinerException">The memory bound is too small, or the ledger refuses the miner or a card.</exception>
    /// <exception cref="IOException">A file cannot be read, or the folder is in use.</exception>
    /// <exception cref="KeystoreException">The password does not open the keystore.</exception>
    public static async Task<MinerHost> ConnectAsync(MinerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TimeProvider time = TimeProvider.System;
        SigningKey key = KeystoreFile.Unseal(await File.ReadAllBytesAsync(options.KeystoreFile, cancellationToken).ConfigureAwait(false), options.KeystorePassword.Span);
        RandomSourceFactory source = RandomSourceFactory.FromOperatingSystem();
        RemoteLedger? remote = null;
        try
        {
            NodeConnection node = new(options.Node, options.CertificatesFolder is { } folder ? PartyTls.Client(folder, time) : null, time);
            remote = await RemoteLedger.ConnectAsync(node, null, time, cancellationToken).ConfigureAwait(false);
            MinerSettings settings = new(options.Name, options.Folder, options.Netuid, options.Endpoint)
            {
                Tls = options.CertificatesFolder is { } certificates ? PartyTls.UnnamedServer(certificates) : null,
                Running = options.Running,
                Waiting = options.Waiting,
                MemoryBytes = options.MemoryBytes,
                VersionEpochs = options.VersionEpochs,
            };
            IServedModel[] models =
            [
                .. options.ModelFolders.Select(path => ServedModels.Load(
                    File.ReadAllBytes(Path.Combine(path, "card.json")), File.ReadAllBytes(Path.Combine(path, "circuit.bin")), options.ModelPassword.Span, source)),
            ];
            MinerHost miner = await StartAsync(settings, models, key, remote.Client, time, source, loggers, null, cancellationToken).ConfigureAwait(false);
            RemoteLedger owned = remote;
            miner.closeOwned = async () =>
            {
                await owned.DisposeAsync().ConfigureAwait(false);
                key.Dispose();
                source.Dispose();
            };
            return miner;
        }
        catch
        {
            if (remote is not null)
            {
                await remote.DisposeAsync().ConfigureAwait(false);
            }

            key.Dispose();
            source.Dispose();
            throw;
        }
    }

    /// <summary>Starts a miner.</summary>
    /// <param name="settings">Names, folder, address, bounds.</param>
    /// <param name="models">The models; they become the miner's and are wiped when it stops.</param>
    /// <param name="hotkey">The miner's key, registered on the subnet; stays the caller's and must live as long as the miner.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="randomness">Randomness of proofs and of event names; models have their own.</param>
    /// <param name="loggers">Loggers.</param>
    /// <param name="open">Opens what must listen before the address is on the ledger, such as the HTTP side: where it fails nothing is announced; null for nothing.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="MinerException">The memory bound is too small, or the ledger refuses the miner or a card.</exception>
    internal static async Task<MinerHost> StartAsync(
        MinerSettings settings,
        IReadOnlyList<IServedModel> models,
        SigningKey hotkey,
        ILedgerClient ledger,
        TimeProvider time,
        IRandomSourceFactory randomness,
        ILoggerFactory loggers,
        Func<MinerHost, Task>? open,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0)
        {
            throw new MinerException("A miner serves at least one model.", "Compile one with 'subnet model compile' and name its folder.");
        }

        if (new MinerMemory(settings, models).Bytes is var needed && needed > settings.MemoryBytes)
        {
            throw new MinerException(
                string.Create(CultureInfo.InvariantCulture, $"Models, queries and the runtime can take {needed >> 20} MiB, above the bound of {settings.MemoryBytes >> 20} MiB."),
                "Raise miner.memory_mb, or serve fewer models or fewer queries at a time.");
        }

        Directory.CreateDirectory(settings.Folder);
        IRandomSource events = randomness.Create();
        LedgerKey signer = new(hotkey);
        RoleLogOptions logOptions = new(Path.Combine(settings.Folder, "log"), ledger.Identity.Network, "miner")
        {
            Witnesses = settings.Witnesses,
            Quorum = settings.WitnessQuorum,
            Anchor = async (checkpoint, stop) =>
                (await ledger.SubmitAsync(signer, new AnchorCheckpointCall(checkpoint.Origin, (ulong)checkpoint.Size, new Hash256(checkpoint.Root.ToArray())), stop).ConfigureAwait(false)).Demand(),
        };
        RoleLog log = await RoleLog.OpenAsync(logOptions, hotkey, time, events).ConfigureAwait(false);
        MinerHost miner;
        try
        {
            miner = new MinerHost(settings, models, hotkey, ledger, log, time, randomness, events, loggers);
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            events.Dispose();
            throw;
        }

        try
        {
            await miner.StartAsync(randomness, loggers, time, open, cancellationToken).ConfigureAwait(false);
            return miner;
        }
        catch
        {
            await miner.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The miner at this moment.</summary>
    public async Task<MinerStatus> GetStatusAsync() => new(
        settings.Name,
        settings.Netuid,
        hotkey.Address,
        Address,
        !stopped,
        [.. models.Select(model => new MinerModelStatus(model.Id, model.CardHash, model.MemoryBytes.Resident, model.MemoryBytes.PerQuery))],
        queries.View.Epoch,
        metrics.AnsweredTotal,
        metrics.RefusedTotal,
        metrics.BusyTotal,
        admission.Inside,
        await spent.CountAsync().ConfigureAwait(false),
        (await spent.UnsettledAsync().ConfigureAwait(false)).Count,
        log.Origin,
        log.Size,
        MemoryBytes);

    /// <summary>Settles spent tokens now, also those of the running epoch: before a miner goes for good.</summary>
    public Task<int> SettleAsync(CancellationToken cancellationToken) => settler.SettleAsync(withCurrent: true, cancellationToken);

    /// <summary>Takes no new queries, waits for those that run, at most for the drain time, and closes everything.</summary>
    public async Task StopAsync()
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        health.Set("", serving: false);
        health.Set(InferenceMethods.ServiceName, serving: false);
        using (CancellationTokenSource late = new(settings.DrainTime))
        {
            try
            {
                await admission.DrainAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                MinerLog.DrainTimeOver(logger, admission.Inside);
            }
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (server is not null)
        {
            await server.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }

        await spent.DisposeAsync().ConfigureAwait(false);
        await opened.DisposeAsync().ConfigureAwait(false);
        await log.DisposeAsync().ConfigureAwait(false);
        witnesses.Dispose();
        eventRandom.Dispose();
        proofs.Dispose();
        metrics.Dispose();
        admission.Dispose();
        foreach (IServedModel model in models)
        {
            model.Dispose();
        }

        MinerLog.Stopped(logger, settings.Name);
        await closeOwned().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task StartAsync(
        IRandomSourceFactory randomness, ILoggerFactory loggers, TimeProvider time, Func<MinerHost, Task>? open, CancellationToken cancellationToken)
    {
        ulong height = (await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
        publisher = new ModelPublisher(settings.Netuid, hotkey, new LedgerKey(hotkey), ledger, randomness);
        foreach (IServedModel model in models)
        {
            bool known = await publisher.IsRegisteredAsync(model, cancellationToken).ConfigureAwait(false);
            if (!known && settings.Publishes)
            {
                await publisher.PublishAsync(model, cancellationToken).ConfigureAwait(false);
                await log.Recorder.RecordAsync("model.registered", new CanonicalObject { { "model", ServedQueryLog.ModelMember(model) } }).ConfigureAwait(false);
                MinerLog.Registered(logger, model.Id, Convert.ToHexStringLower(model.CardHash.Span));
            }
        }

        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        await BeginKeysAsync(cancellationToken).ConfigureAwait(false);
        GrpcServices services = new();
        MessageBudget messages = new(memory.MessageBytes), plans = new(MinerMemory.PlanBytes);
        InferenceEndpoint.AddTo(services, queries, keys, proofs, models.Max(model => model.LargestQueryBytes), messages, plans);
        health.AddTo(services);
        TransparencyEndpoint.AddTo(services, log.Served, null, null, messages: messages);
        server = await GrpcServerHost.StartAsync(
            memory.Server(),
            services,
            loggers,
            time,
            cancellationToken).ConfigureAwait(false);
        await (open?.Invoke(this) ?? Task.CompletedTask).ConfigureAwait(false);
        if (settings.Publishes)
        {
            await AnnounceAsync(cancellationToken).ConfigureAwait(false);
        }

        health.Set(InferenceMethods.ServiceName, serving: true);
        following = Task.Run(() => FollowAsync(height + 1), CancellationToken.None);
        MinerLog.Serving(logger, settings.Name, settings.Netuid, models.Count, server.Address);
    }

    private async Task FollowAsync(ulong from)
    {
        ulong next = from;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (LedgerBlock block in ledger.FollowAsync(next, stopping.Token).ConfigureAwait(false))
                {
                    next = block.Height + 1;
                    if (isAnnouncementDue)
                    {
                        await AnnounceAsync(stopping.Token).ConfigureAwait(false);
                    }

                    await BeginKeysAsync(stopping.Token).ConfigureAwait(false);
                    ulong before = queries.View.Epoch;
                    await RefreshAsync(stopping.Token).ConfigureAwait(false);
                    if (queries.View.Epoch != before)
                    {
                        await BeginEpochAsync(stopping.Token).ConfigureAwait(false);
                    }
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is LedgerUnreachableException or LedgerRefusedException or MinerException or GrpcException or IOException or SqliteException or LogStoreException)
            {
                MinerLog.LedgerLost(logger, fault.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Puts the address on the ledger. A miner that comes back on another port before the ledger admits a new address serves meanwhile, and announces with a later block.</summary>
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        Uri address = settings.Announced ?? server!.Address;
        isAnnouncementDue = !await publisher!.AnnounceAsync(address, cancellationToken).ConfigureAwait(false);
        if (isAnnouncementDue)
        {
            MinerLog.NotYetAnnounced(logger, address);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        TokenLedgerView view = await queries.View.RefreshAsync(ledger, settings.Netuid, cancellationToken).ConfigureAwait(false);

        // Before the new epoch's tokens are good: a version that ends with the old one answers none of them.
        await EndVersionsAsync(cancellationToken).ConfigureAwait(false);
        queries.View = view;
        await witnesses.RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task EndVersionsAsync(CancellationToken cancellationToken)
    {
        if (settings.VersionEpochs is not { } epochs)
        {
            return;
        }

        HashSet<string> ended = await VersionAge.EndedAsync(ledger, settings.Netuid, models, epochs, cancellationToken).ConfigureAwait(false);
        foreach (IServedModel model in models)
        {
            string card = Convert.ToHexStringLower(model.CardHash.Span);
            if (ended.Contains(card) && !queries.Ended.Contains(card))
            {
                MinerLog.VersionEnded(logger, model.Id, epochs);
            }
        }

        queries.Ended = ended;
    }

    // Bundles of keys live by the subnet's epochs, not by those of tokens: audits are opened one epoch after they were asked, and a bundle that lived longer would be no validator's.
    private async Task BeginKeysAsync(CancellationToken cancellationToken) =>
        keys.BeginEpoch(await ledger.GetSubnetEpochAsync(settings.Netuid, cancellationToken).ConfigureAwait(false));

    private async Task BeginEpochAsync(CancellationToken cancellationToken)
    {
        ulong epoch = queries.View.Epoch;
        await settler.SettleAsync(withCurrent: false, cancellationToken).ConfigureAwait(false);
        await log.AnchorAsync(cancellationToken).ConfigureAwait(false);

        // An audit of an epoch is opened in the next one; retries of the last epoch's tokens end with it.
        const ulong EpochsKept = 2;
        if (epoch > EpochsKept)
        {
            await spent.ForgetAnswersBeforeAsync(epoch - EpochsKept).ConfigureAwait(false);
        }
    }
}
