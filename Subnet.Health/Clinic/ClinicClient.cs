using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Rpc.Certificates;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Wallets;

namespace Subnet.Health.Clinic;

/// <summary>
/// A clinic's gateway: finds the models of a subnet, checks and encrypts patients' values, pays with unlinkable tokens, asks the best miners
/// with failover, checks receipts, logs every step before its effect, and keeps an encrypted history. The only route by which anything
/// leaves the clinic. Safe for concurrent use.
/// </summary>
public sealed class ClinicClient : IAsyncDisposable
{
    private readonly ClinicSettings settings;
    private readonly SigningKey coldkey;
    private readonly ILedgerClient ledger;
    private readonly RoleLog log;
    private readonly LedgerWitnesses witnesses;
    private readonly TimeProvider time;
    private readonly IRandomSource random;
    private readonly AtRestKey atRest;
    private readonly TokenWallet wallet;
    private readonly ClinicHistory history;
    private readonly MinerDirectory miners;
    private readonly MinerRanking ranking;
    private readonly IssuerChannels issuers;
    private readonly TokenPurchase purchase;
    private readonly QuerySender sender;
    private readonly ForestKeyring keyring;
    private readonly QueryEndFile ends;

    private Func<ValueTask> closeOwned = static () => ValueTask.CompletedTask;

    private ClinicClient(ClinicSettings settings, SigningKey coldkey, ILedgerClient ledger, RoleLog log, TimeProvider time, IRandomSource random)
    {
        this.settings = settings;
        this.coldkey = coldkey;
        this.ledger = ledger;
        this.log = log;
        this.time = time;
        this.random = random;
        atRest = AtRestKey.Derive(coldkey, "clinic/" + settings.Name, random);
        wallet = new TokenWallet(Path.Combine(settings.Folder, "tokens.db"), atRest);
        history = new ClinicHistory(Path.Combine(settings.Folder, "history.db"), atRest);
        miners = new MinerDirectory(Path.Combine(settings.Folder, "cards"), ledger, settings.Channels, time);
        ranking = new MinerRanking(time);
        issuers = new IssuerChannels(settings.IssuerOf, settings.IssuerChannels ?? settings.Channels, time);
        purchase = new TokenPurchase(wallet, coldkey, ledger, issuers, time, random);
        ends = new QueryEndFile(settings.Folder);
        witnesses = new LedgerWitnesses(ledger, log, settings.Witnesses, settings.IssuerChannels ?? settings.Channels, time);
        keyring = new ForestKeyring(ledger, miners, RandomSourceFactory.FromOperatingSystem());
        sender = new QuerySender(
            log.Recorder, wallet, history, miners, ranking, new MinerClient(settings.Timeout, settings.Retries, time), keyring, settings.Policy.Hash, time, random);
    }

    /// <summary>The clinic's account on the ledger, which pays.</summary>
    public string Address => coldkey.Address;

    /// <summary>What may be sent.</summary>
    public ClinicPolicy Policy => settings.Policy;

    /// <summary>Name of the clinic's transparency log.</summary>
    public string LogOrigin => log.Origin;

    /// <summary>Entries in the clinic's log.</summary>
    public long LogSize => log.Size;

    /// <summary>The clinic's transparency log.</summary>
    internal RoleLog Log => log;

    /// <summary>The tokens.</summary>
    internal TokenWallet Wallet => wallet;

    /// <summary>The gateway's folder.</summary>
    internal string Folder => settings.Folder;

    /// <summary>The log's files, for proofs of its entries.</summary>
    internal ILogFiles LogFiles => settings.LogFiles!;

    /// <summary>The local history.</summary>
    internal ClinicHistory History => history;

    /// <summary>Opens a gateway on a network: executes the node's ledger itself and trusts no answer of it.</summary>
    /// <param name="options">Node, folder, wallet, policy.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">A file cannot be read, or the folder is in use.</exception>
    /// <exception cref="KeystoreException">The password does not open the keystore.</exception>
    public static async Task<ClinicClient> ConnectAsync(ClinicOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TimeProvider time = TimeProvider.System;
        GrpcClientTls? tls = options.CertificatesFolder is { } folder ? PartyTls.Client(folder, time) : null;
        SigningKey key = KeystoreFile.Unseal(await File.ReadAllBytesAsync(options.KeystoreFile, cancellationToken).ConfigureAwait(false), options.Password.Span);
        OperatingSystemRandomSource source = new();
        RemoteLedger? remote = null;
        try
        {
            remote = await RemoteLedger.ConnectAsync(new NodeConnection(options.Node, tls, time), null, time, cancellationToken).ConfigureAwait(false);
            ClinicSettings settings = new(options.Name, options.Folder, _ => options.Issuer ?? options.Node)
            {
                Policy = options.Policy,
                Channels = new GrpcChannelOptions { Tls = tls is null ? null : tls with { Certificate = null } },
                IssuerChannels = new GrpcChannelOptions { Tls = tls },
                TokenDelay = options.TokenDelay,
            };
            ClinicClient client = await OpenAsync(settings, key, remote.Client, time, source).ConfigureAwait(false);
            RemoteLedger owned = remote;
            client.closeOwned = async () =>
            {
                await owned.DisposeAsync().ConfigureAwait(false);
                key.Dispose();
                source.Dispose();
            };
            return client;
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

    /// <summary>Opens a gateway.</summary>
    /// <param name="settings">Names, folder, policy.</param>
    /// <param name="coldkey">The clinic's key: it pays, signs the log and opens what is encrypted at rest; stays the caller's and must live as long.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">The operating system's generator in production; used under a lock, stays the caller's.</param>
    internal static async Task<ClinicClient> OpenAsync(ClinicSettings settings, SigningKey coldkey, ILedgerClient ledger, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(coldkey);
        ArgumentNullException.ThrowIfNull(ledger);
        Directory.CreateDirectory(settings.Folder);
        settings = settings with { LogFiles = settings.LogFiles ?? new PhysicalLogFiles(Path.Combine(settings.Folder, "log")) };
        LockedRandomSource locked = new(random);
        RoleLog log = await OpenLogAsync(settings, coldkey, ledger, time, locked).ConfigureAwait(false);
        try
        {
            return new ClinicClient(settings, coldkey, ledger, log, time, locked);
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a gateway's log; one process can have it open.</summary>
    /// <exception cref="IOException">Another process has it open, or it cannot be used.</exception>
    internal static Task<RoleLog> OpenLogAsync(ClinicSettings settings, SigningKey coldkey, ILedgerClient ledger, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(ledger);
        LedgerKey account = new(coldkey);
        RoleLogOptions options = new(Path.Combine(settings.Folder, "log"), ledger.Identity.Network, "clinic")
        {
            Policy = settings.Policy.Hash,
            Files = settings.LogFiles,
            Witnesses = settings.Witnesses,
            Quorum = settings.WitnessQuorum,
            Anchor = async (checkpoint, stop) =>
                (await ledger.SubmitAsync(account, new AnchorCheckpointCall(checkpoint.Origin, (ulong)checkpoint.Size, new Hash256(checkpoint.Root.ToArray())), stop).ConfigureAwait(false)).Demand(),
        };
        return RoleLog.OpenAsync(options, coldkey, time, random);
    }

    /// <summary>The models of a subnet that can be asked now, best miners first.</summary>
    public async Task<IReadOnlyList<ClinicModel>> ModelsAsync(ushort netuid, CancellationToken cancellationToken = default) =>
        [.. ranking.Order(await miners.FindAsync(netuid, cancellationToken).ConfigureAwait(false)).Select(Describe)];

    /// <summary>Buys tokens ahead for one miner, of the current access epoch's key or, where that has none, of the next one's.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">Address of the miner.</param>
    /// <param name="rows">Rows that each pays for: 1, 16 or 256.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up; what was begun is finished by the next purchase.</param>
    /// <returns>The access epoch of the tokens: they are good in it and in the next.</returns>
    /// <exception cref="ClinicException">The ledger or the issuer refuses.</exception>
    public async Task<ulong> BuyTokensAsync(ushort netuid, string miner, int rows, int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        string hotkey = HotkeyOf(miner);
        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IssuerKeyView> keys = await ledger.GetIssuerKeysAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
        ulong epoch = keys.Where(key => key.Id.Epoch >= now && key.Id.Denomination == rows).Select(key => (ulong?)key.Id.Epoch).Min()
            ?? throw new ClinicException(
                ClinicFault.IssuerRefused,
                $"The ledger has no token key of subnet {netuid} for {rows} rows in the access epoch {now} or after it.",
                "Ask the subnet's owner whether its issuer runs, and try again in the next epoch.");
        await purchase.BuyAsync(new TokenKind(netuid, hotkey, epoch, rows), count, settings.MostPerRow * (ulong)rows, settings.TokenDelay, cancellationToken).ConfigureAwait(false);
        await wallet.ForgetBeforeAsync(netuid, now).ConfigureAwait(false);
        return epoch;
    }

    /// <summary>Finishes purchases that were interrupted: what is paid for is signed once, however often it is asked for.</summary>
    public Task ResumePurchasesAsync(ushort netuid, CancellationToken cancellationToken = default) => purchase.ResumeAsync(netuid, cancellationToken);

    /// <summary>The tokens in the wallet.</summary>
    public Task<IReadOnlyList<TokenBudget>> TokensAsync() => wallet.BudgetAsync(time.GetUtcNow());

    /// <summary>Takes one token out of the wallet for a client of another kind: who has its bytes can spend it, once, at that miner.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">Address of the miner.</param>
    /// <param name="rows">Rows that it pays for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClinicException">The wallet has none.</exception>
    public async Task<ReadOnlyMemory<byte>> ExportTokenAsync(ushort netuid, string miner, int rows, CancellationToken cancellationToken = default)
    {
        string hotkey = HotkeyOf(miner);
        ulong epoch = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        TakenToken? token = await wallet.TakeAsync(netuid, hotkey, rows, epoch, time.GetUtcNow()).ConfigureAwait(false);
        return token?.Bytes
            ?? throw new ClinicException(ClinicFault.NoToken, $"The wallet has no usable token of {rows} rows for {miner}.", "Buy some with 'subnet clinic keygen'.");
    }

    /// <summary>Says everything that would leave the clinic for a request, and sends nothing.</summary>
    /// <exception cref="ClinicException">Inputs are missing or implausible, the policy does not allow the request, or there is no such model.</exception>
    public async Task<LeakSheet> PlanAsync(ClinicQuery query, CancellationToken cancellationToken = default)
    {
        Request request = await PrepareAsync(query, cancellationToken).ConfigureAwait(false);
        using PreparedRows rows = request.Rows.Rows;
        return LeakSheets.Of(request.Offers, rows.Count, Split(request.Offers[0].Card, rows.Count), request.Rows.Imputed) with { Notes = request.Rows.Notes };
    }

    /// <summary>Asks for scores.</summary>
    /// <exception cref="ClinicException">
    /// Nothing was sent: inputs are missing or implausible, the policy refuses, there is no such model, or no token. Or what was sent, and is
    /// logged, brought no answer, or no agreement.
    /// </exception>
    public async Task<ClinicAnswer> QueryAsync(ClinicQuery query, CancellationToken cancellationToken = default)
    {
        long started = time.GetTimestamp();
        QueryRound round = new(settings, wallet, purchase, ranking, sender, ledger, time);
        string outcome = QueryEnd.Answered;
        try
        {
            Request request = await PrepareAsync(query, cancellationToken).ConfigureAwait(false);
            using PreparedRows rows = request.Rows.Rows;
            QueryAuthority authority = await AuthoriseAsync(query, request.Rows.Patient, rows.Count).ConfigureAwait(false);
            IReadOnlyList<int> sizes = Split(request.Offers[0].Card, rows.Count);
            return await round.RunAsync(request.Offers, request.Rows, sizes, authority, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            outcome = QueryEnd.OutcomeOf(fault);
            throw;
        }
        finally
        {
            ends.Append(new QueryEnd(outcome, time.GetElapsedTime(started), round.FailedAttempts));
        }
    }

    /// <summary>Asks several models, of several subnets if need be, at the same time: one answer for each request, in order.</summary>
    /// <exception cref="ClinicException">The first request that was not carried out; the others are finished and logged.</exception>
    public async Task<IReadOnlyList<ClinicAnswer>> QueryAllAsync(IReadOnlyList<ClinicQuery> queries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        return await Task.WhenAll(queries.Select(query => Task.Run(() => QueryAsync(query, cancellationToken), cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>The newest queries of this gateway, newest first.</summary>
    public async Task<IReadOnlyList<ClinicRecord>> HistoryAsync(int most)
    {
        IReadOnlyList<HistoryEntry> entries = await history.NewestAsync(most).ConfigureAwait(false);
        return
        [
            .. entries.Select(entry => new ClinicRecord(
                entry.Event,
                entry.Time,
                entry.Netuid,
                entry.Secret.Model,
                entry.Card,
                entry.Miner,
                entry.Rows,
                entry.Secret.Patient,
                [
                    .. entry.Secret.Scores.Select((score, i) => new ClinicRecordScore(
                        i + 1, score.Probability, score.Label, entry.Secret.Outcomes?.TryGetValue(i + 1, out bool outcome) == true ? outcome : null)),
                ])),
        ];
    }

    /// <summary>Records that the outcome of a patient is known: in the log that it is, in the encrypted history what it is.</summary>
    /// <param name="queryEvent">The query's event.</param>
    /// <param name="outcome">Whether the condition was there.</param>
    /// <param name="row">The patient's row in the query, from 1.</param>
    /// <exception cref="ClinicException">There is no such query.</exception>
    public async Task ReportOutcomeAsync(string queryEvent, bool outcome, int row = 1)
    {
        ArgumentNullException.ThrowIfNull(queryEvent);
        HistoryEntry? entry = await history.FindAsync(queryEvent).ConfigureAwait(false);
        if (entry is null || row < 1 || row > entry.Rows)
        {
            throw new ClinicException(ClinicFault.EventNotFound, $"The history has no patient {row} of a query '{queryEvent}'.", "'subnet clinic history' lists the queries.");
        }

        await log.Recorder.RecordAsync("outcome.reported", new CanonicalObject { { "ref", queryEvent } }).ConfigureAwait(false);
        await history.SetOutcomeAsync(queryEvent, row, outcome).ConfigureAwait(false);
    }

    /// <summary>Destroys the key of a patient's pseudonyms: the log's entries stay valid and belong to nobody any more.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> ShredPatientAsync(string patient)
    {
        ArgumentException.ThrowIfNullOrEmpty(patient);
        if (!await history.ShredAsync(patient).ConfigureAwait(false))
        {
            return false;
        }

        await log.Recorder.RecordAsync("subject.shredded", []).ConfigureAwait(false);
        return true;
    }

    /// <summary>Publishes the log's head, if it grew and as far as witnesses cosign within a time; what was recorded is durable before.</summary>
    /// <param name="patience">How long witnesses have.</param>
    public Task PublishAsync(TimeSpan patience) => HeadPublishing.PublishAsync(log, witnesses, patience, time);

    /// <summary>Publishes the log's head and puts it on the ledger, if it grew.</summary>
    public async Task AnchorAsync(CancellationToken cancellationToken = default)
    {
        await witnesses.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await log.AnchorAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        keyring.Dispose();
        purchase.Dispose();
        issuers.Dispose();
        miners.Dispose();
        ends.Dispose();
        await wallet.DisposeAsync().ConfigureAwait(false);
        await history.DisposeAsync().ConfigureAwait(false);
        await log.DisposeAsync().ConfigureAwait(false);
        witnesses.Dispose();
        atRest.Dispose();
        await closeOwned().ConfigureAwait(false);
    }

    /// <summary>Whether a request names a card: by the model's identifier, or by the first digits of the card's hash, at least eight.</summary>
    internal static bool IsNamed(string wanted, string model, string card)
    {
        const int ShortestHash = 8;
        return model == wanted || (wanted.Length >= ShortestHash && card.StartsWith(wanted, StringComparison.Ordinal));
    }

    internal static string HotkeyOf(string miner) => Ss58Address.TryDecode(miner, out byte[]? key, out _)
        ? Convert.ToHexStringLower(key)
        : throw new ArgumentException($"'{miner}' is no address", nameof(miner));

    private static ClinicModel Describe(MinerOffer offer) => new(
        offer.Netuid,
        offer.ModelId,
        offer.Card.Card.Text.Title,
        offer.Card.Card.Text.IntendedUse,
        offer.Card.Card.Text.Limits,
        offer.CardHex,
        offer.Address,
        offer.Endpoint,
        offer.Incentive,
        offer.Registered,
        CircuitWords.Of(offer.Card.Card.Circuit),
        [.. offer.Card.Inputs.SelectMany(input => Enumerable.Range(0, input.Slots.Length).Select(input.NameOf))],
        offer.Card.RowClasses,
        LeakSheets.QueryBytes(offer.Card));

    // The largest class as often as it is full, then the smallest that holds the rest.
    private static List<int> Split(CardClient card, int rows)
    {
        List<int> sizes = [];
        int largest = card.RowClasses[^1];
        for (int left = rows; left > 0; left -= sizes[^1])
        {
            sizes.Add(Math.Min(left, largest));
        }

        return sizes;
    }

    private async Task<Request> PrepareAsync(ClinicQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await witnesses.RefreshAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<MinerOffer> all = await miners.FindAsync(query.Netuid, cancellationToken).ConfigureAwait(false);
        MinerOffer[] offers =
        [
            .. ranking.Order(all.Where(offer => settings.Policy.AllowsMiner(offer.Address)
                && IsNamed(query.Model, offer.ModelId, offer.CardHex))),
        ];
        if (offers.Length == 0)
        {
            throw new ClinicException(
                ClinicFault.ModelNotFound, $"No miner of subnet {query.Netuid} that may be asked serves a model '{query.Model}'.", "'subnet clinic models' lists what there is.");
        }

        // Cards of one identifier may ask for different inputs or encode them otherwise; those that read this request's rows as the best one does go with it.
        MinerOffer best = offers[0];
        string[] names = [.. best.Card.Inputs.Select(input => input.Name)];
        offers =
        [
            .. offers.Where(offer => offer.Card.Inputs.Select(input => input.Name).SequenceEqual(names)
                && offer.Card.EncodingDigest.AsSpan().SequenceEqual(best.Card.EncodingDigest.AsSpan())),
        ];
        string basis = BasisOf(query);
        if (settings.Policy.Problem(best.ModelId, best.CardHex, query.Purpose, basis, best.Card.Inputs.SelectMany(input => Enumerable.Range(0, input.Slots.Length).Select(input.NameOf))) is { } problem)
        {
            throw new ClinicException(ClinicFault.PolicyRefused, $"Nothing was sent: {problem}.", "Ask who is responsible for the gateway's policy.");
        }

        if (basis == "consent" && query.Consent is null)
        {
            throw new ClinicException(ClinicFault.PolicyRefused, "Nothing was sent: the basis is consent and none is named.", "Name it with --consent REF.");
        }

        DateOnly today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new Request(offers, ClinicRows.Read(best.Card, query, today));
    }

    private async Task<QueryAuthority> AuthoriseAsync(ClinicQuery query, string? recordPatient, int rows)
    {
        string? patient = rows == 1 ? query.Patient ?? recordPatient : null;
        byte[] key;
        if (patient is null)
        {
            key = new byte[PatientPseudonym.KeyBytes];
            random.Fill(key);
        }
        else
        {
            key = await history.PatientKeyAsync(patient, random).ConfigureAwait(false);
        }

        string subject = PatientPseudonym.Compute(key, log.Origin, PatientPseudonym.EpochOf(time.GetUtcNow()));
        return new QueryAuthority(query, BasisOf(query), subject, patient);
    }

    private static string BasisOf(ClinicQuery query) => query.Basis ?? (query.Consent is null ? "hipaa-tpo" : "consent");

    private sealed record Request(IReadOnlyList<MinerOffer> Offers, CardRows Rows);
}
