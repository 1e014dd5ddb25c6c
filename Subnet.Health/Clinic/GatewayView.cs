using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;
using Subnet.Health.Wallets;

namespace Subnet.Health.Clinic;

/// <summary>
/// A gateway's stores for somebody who looks: history and tokens are read while commands of the same gateway run, and the log, which one process writes at a time, is opened
/// for each entry. Sends nothing. Safe for concurrent use.
/// </summary>
internal sealed class GatewayView : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ClinicSettings settings;
    private readonly SigningKey coldkey;
    private readonly ILedgerClient ledger;
    private readonly TimeProvider time;
    private readonly LockedRandomSource random;
    private readonly AtRestKey atRest;
    private readonly ClinicHistory history;
    private readonly TokenWallet wallet;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly QueryEndFile ends;
    private readonly GatewayMetrics metrics;
    private IReadOnlyList<TokenBudget> budgets = [];
    private Task measuring = Task.CompletedTask;

    /// <param name="settings">The gateway.</param>
    /// <param name="coldkey">The clinic's key; stays the caller's and must live as long.</param>
    /// <param name="ledger">The ledger, which names the network.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">The operating system's generator in production; stays the caller's.</param>
    public GatewayView(ClinicSettings settings, SigningKey coldkey, ILedgerClient ledger, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (this.settings, this.coldkey, this.ledger, this.time) = (settings, coldkey, ledger, time);
        this.random = new LockedRandomSource(random);
        Directory.CreateDirectory(settings.Folder);
        atRest = AtRestKey.Derive(coldkey, "clinic/" + settings.Name, this.random);
        history = new ClinicHistory(Path.Combine(settings.Folder, "history.db"), atRest);
        wallet = new TokenWallet(Path.Combine(settings.Folder, "tokens.db"), atRest);
        ends = new QueryEndFile(settings.Folder);
        metrics = new GatewayMetrics(settings.Name, () => Volatile.Read(ref budgets));
    }

    /// <summary>How long a log that another process has open is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long witnesses have for a look's checkpoint; the look itself is durable before.</summary>
    public TimeSpan WitnessPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often what other processes did is counted.</summary>
    public TimeSpan MeasureInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The gateway's name.</summary>
    public string Name => settings.Name;

    /// <summary>The newest queries, newest first.</summary>
    /// <exception cref="ClinicException">The history does not open with this key.</exception>
    public Task<IReadOnlyList<HistoryEntry>> NewestAsync(int most) => history.NewestAsync(most);

    /// <summary>One query, or null.</summary>
    /// <exception cref="ClinicException">The history does not open with this key.</exception>
    public Task<HistoryEntry?> FindAsync(string queryEvent) => history.FindAsync(queryEvent);

    /// <summary>The tokens in the wallet.</summary>
    public Task<IReadOnlyList<TokenBudget>> TokensAsync() => wallet.BudgetAsync(time.GetUtcNow());

    /// <summary>A card that this gateway asked under, or null; it is believed by its hash.</summary>
    /// <param name="hash">64 hexadecimal digits in lower case.</param>
    public CardClient? Card(string hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        string path = Path.Combine(settings.Folder, "cards", hash + ".json");
        try
        {
            return hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) && File.Exists(path)
                && CardClient.OpenAny(File.ReadAllBytes(path)) is { } card && Convert.ToHexStringLower(card.Hash) == hash
                ? card
                : null;
        }
        catch (CircuitException)
        {
            return null;
        }
    }

    /// <summary>Records that somebody looks at a result; returns when that is durable.</summary>
    /// <param name="queryEvent">The query.</param>
    /// <param name="user">Pseudonym of the one who looks.</param>
    /// <param name="role">That person's role.</param>
    /// <exception cref="IOException">It cannot be recorded: nothing may be shown.</exception>
    public async Task RecordViewAsync(string queryEvent, string user, string role)
    {
        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            RoleLog log = await OpenLogAsync().ConfigureAwait(false);
            await using (log.ConfigureAwait(false))
            {
                await log.Recorder.RecordAsync("result.viewed", new CanonicalObject { { "ref", queryEvent } }, user, role).ConfigureAwait(false);
                await PublishAsync(log).ConfigureAwait(false);
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Counts from now on what commands of this gateway did and do in other processes; for whoever collects <see cref="GatewayMetrics"/>. Call it once.</summary>
    public void Measure() => measuring = MeasureAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await measuring.ConfigureAwait(false);
        stopping.Dispose();
        metrics.Dispose();
        ends.Dispose();
        await history.DisposeAsync().ConfigureAwait(false);
        await wallet.DisposeAsync().ConfigureAwait(false);
        atRest.Dispose();
        writing.Dispose();
    }

    private async Task MeasureAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                foreach (QueryEnd end in ends.ReadNew())
                {
                    metrics.Ended(end);
                }

                Volatile.Write(ref budgets, await TokensAsync().ConfigureAwait(false));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
            {
                // What cannot be read is not shown; the health check says which store does not open.
                Volatile.Write(ref budgets, []);
            }

            await Task.Delay(MeasureInterval, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PublishAsync(RoleLog log)
    {
        using LedgerWitnesses witnesses = new(ledger, log, settings.Witnesses, settings.IssuerChannels ?? settings.Channels, time);
        await HeadPublishing.PublishAsync(log, witnesses, WitnessPatience, time).ConfigureAwait(false);
    }

    // A look does not put a checkpoint without cosignatures in the place of one that reviewers accept; a witness or two may be away.
    private TrustPolicy? MostCosigners()
    {
        string path = Path.Combine(settings.Folder, "log", "checkpoint");
        VerifierKey[] cosigners = File.Exists(path)
            ? LogName.CosignersOf(SignedNote.Parse(File.ReadAllText(path)))
            : [];
        return cosigners.Length == 0 ? null : TrustPolicy.Threshold([], cosigners, (cosigners.Length / 2) + 1);
    }

    // A command of this gateway that runs has the log open; it is waited for.
    private async Task<RoleLog> OpenLogAsync()
    {
        long started = time.GetTimestamp();
        ClinicSettings opening = settings with { WitnessQuorum = settings.WitnessQuorum ?? MostCosigners() };
        while (true)
        {
            try
            {
                return await ClinicClient.OpenLogAsync(opening, coldkey, ledger, time, random).ConfigureAwait(false);
            }
            catch (IOException busy) when (busy is not LogStoreException && time.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, time).ConfigureAwait(false);
            }
        }
    }
}
