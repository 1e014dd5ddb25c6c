using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// A clinic's side of one batch of organic scoring (protocol 5), without a transport: messages in, messages out, deadlines by the clock. Window, batch, commitment and opening
/// are in the clinic's log before they leave. The clinic commits to whatever it decrypts, always: refusing by what it sees would tell the validator what it saw. It opens
/// only where every validator inside the commitment is shown to have computed the public function. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// A key serves one batch. Everything here lives in memory; <see cref="DurableClinicScoring"/> keeps what leads to it, so that a clinic that restarts goes on where it was. Disposing wipes
/// keys, eta and nonces.
/// </remarks>
internal sealed partial class ClinicScoring : IClinicScoring, IDisposable
{
    private readonly ScoringSettings settings;
    private readonly ScoreWindow window;
    private readonly IReadOnlyList<ScoringCase> cases;
    private readonly SigningKey key;
    private readonly IScoredCases scored;
    private readonly IScoringLog log;
    private readonly TimeProvider clock;
    private readonly IRandomSourceFactory random;
    private readonly byte[] eta = new byte[32];
    private readonly Dictionary<string, SeedCommitment> commitments = new(StringComparer.Ordinal);
    private ScoringMessage? signedWindow;
    private ScoringBatch? keys;
    private ScoreBatchOpen? batch;
    private ScoringEvaluation? evaluation;
    private IReadOnlyList<SeedCommitment> drawn = [];

    /// <summary>A batch over cases that every miner of the panel was asked about and that were not scored before.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="measure">What is computed.</param>
    /// <param name="panel">The miners, in the order of each case's predictions; sorted by hotkey here.</param>
    /// <param name="cases">Cases with known outcomes.</param>
    /// <param name="settings">Sizes, publication, deadlines.</param>
    /// <param name="key">The clinic's key.</param>
    /// <param name="scored">Which cases were scored.</param>
    /// <param name="log">The clinic's log.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="random">Where keys and secrets come from.</param>
    /// <exception cref="ArgumentException">Too few cases, a panel that does not fit them, or settings that the measure does not allow.</exception>
    public ClinicScoring(
        ushort netuid,
        ScoringMeasure measure,
        IReadOnlyList<PanelMiner> panel,
        IReadOnlyList<ScoringCase> cases,
        ScoringSettings settings,
        SigningKey key,
        IScoredCases scored,
        IScoringLog log,
        TimeProvider clock,
        IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(cases);
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        this.key = key;
        this.scored = scored;
        this.log = log;
        this.clock = clock;
        this.random = random;
        if (panel.Count is < 1 or > ScoreWindow.MaximumMiners || cases.Any(item => item.Predictions.Count != panel.Count || item.Predictions.Any(p => p.Prediction.Length != measure.Classes)))
        {
            throw new ArgumentException($"each case has a prediction of {measure.Classes} classes for each of 1 to {ScoreWindow.MaximumMiners} miners", nameof(cases));
        }

        int[] order = [.. Enumerable.Range(0, panel.Count)];
        Array.Sort(order, (a, b) => panel[a].Miner.Span.SequenceCompareTo(panel[b].Miner.Span));
        this.cases = [.. cases
            .Select(item => new ScoringCase([.. order.Select(i => item.Predictions[i])], item.Label))
            .Where(item => !scored.Contains(item.Events.Key))];
        CheckCases(measure);
        window = new ScoreWindow(netuid, measure, [.. order.Select(i => panel[i])], [.. this.cases.Select(item => item.Events)], Truncate(clock.GetUtcNow()));
        using IRandomSource source = random.Create();
        source.Fill(eta);
    }

    /// <summary>The slot; empty before the window is open.</summary>
    public ReadOnlyMemory<byte> Slot => signedWindow?.Signed.Hash ?? [];

    /// <summary>The window's entry in the clinic's log; null before the window is open.</summary>
    public RecordedEntry? WindowEntry { get; private set; }

    /// <summary>The panel, sorted by hotkey.</summary>
    public IReadOnlyList<PanelMiner> Panel => window.Panel;

    /// <summary>The cases, their predictions in the panel's order.</summary>
    public IReadOnlyList<ScoringCase> Cases => cases;

    /// <inheritdoc/>
    public (ScoringMessage Window, long Height)? Anchored { get; private set; }

    /// <inheritdoc/>
    public ScoringBeacon? Beacon { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyCollection<SeedCommitment> Committed => commitments.Values;

    /// <inheritdoc/>
    public ScoreBatchOpen? Batch => batch;

    /// <inheritdoc/>
    public IReadOnlyList<SeedCommitment> Drawn => drawn;

    /// <inheritdoc/>
    public void KeepAnchor(ScoringMessage window, long height) => Anchored = (window, height);

    /// <summary>Step 1: the window is logged; its entry's anchor decides the beacon. Goes to every validator.</summary>
    public async Task<ScoringMessage> OpenWindowAsync()
    {
        signedWindow ??= window.Sign(key);
        WindowEntry ??= await log.RecordAsync("score-window", signedWindow.Signed, "service", key.PublicKey.ToArray()).ConfigureAwait(false);
        return signedWindow;
    }

    /// <summary>Step 2: a validator's hash of its seed. Only those that come before the beacon's block count; the caller stops then.</summary>
    public ScoringFault AcceptSeed(ScoringMessage message)
    {
        if (batch is not null || signedWindow is null)
        {
            return ScoringFault.OutOfPlace;
        }

        if (ScoreSeed.TryReadCommitment(message, Slot.Span) is not { } commitment)
        {
            return ScoringFault.Malformed;
        }

        // The first one stands: a validator that could change its seed could choose it.
        commitments.TryAdd(Convert.ToHexStringLower(commitment.Validator.Span), commitment);
        return ScoringFault.None;
    }

    /// <summary>Step 1, after the beacon: draws cases and validators, encrypts, logs the batch. Goes to the drawn validators.</summary>
    /// <returns>The batch, or why there is none.</returns>
    /// <exception cref="InvalidOperationException">The window is not open, or the batch is.</exception>
    public async Task<(ScoreBatchOpen? Batch, ScoringFault Fault)> OpenBatchAsync(ScoringBeacon beacon)
    {
        ArgumentNullException.ThrowIfNull(beacon);
        if (signedWindow is null || batch is not null)
        {
            throw new InvalidOperationException("a batch opens once, after its window");
        }

        SeedCommitment[] allowed = [.. commitments.Values.Where(seed => beacon.Validators.Any(key => key.Span.SequenceEqual(seed.Validator.Span)))];
        if (allowed.Length < settings.Validators)
        {
            return (null, ScoringFault.TooFewValidators);
        }

        Dictionary<string, ScoringCase> byKey = cases.ToDictionary(item => item.Events.Key, StringComparer.Ordinal);
        ScoringCase[] selected = [.. ScoringEvents.Order(beacon.Hash, window.Cases).Take(settings.Patients).Select(item => byKey[item.Key])];
        byte[] name = new byte[32];
        using (IRandomSource source = random.Create())
        {
            source.Fill(name);
        }

        if (!scored.TryMark(name, [.. selected.Select(item => item.Events.Key)]))
        {
            return (null, ScoringFault.SlotUsed);
        }

        keys = new ScoringBatch(window.Measure.Set, random);
        ScoreBatchOpen opened = ScoreBatchOpen.Sign(key, new ScoreBatchParts(
            name,
            Slot,
            window.Measure,
            beacon.Height,
            settings.Validators,
            settings.Publication,
            SHA256.HashData(eta),
            Truncate(clock.GetUtcNow()),
            [.. selected.Select(item => item.Events)],
            allowed,
            window.Panel,
            keys.Keys.Encode(),
            Encrypt(keys, selected)));
        foreach (PanelMiner miner in window.Panel)
        {
            using IRandomSource source = random.Create();
            source.Fill(RoundOf(miner.Miner).Nonce);
        }

        await log.RecordAsync("batch-open", opened.Message.Signed, "service", key.PublicKey.ToArray()).ConfigureAwait(false);
        evaluation = ScoringEvaluation.TryCreate(opened) ?? throw new InvalidOperationException("a batch that was just encrypted does not read");
        drawn = opened.Drawn(beacon.Hash);
        Beacon = beacon;
        batch = opened;
        return (opened, ScoringFault.None);
    }

    /// <summary>
    /// The batch's secret key, for a reviewer under the clinic's supervision (protocol 5): it shows that what was scored of a drawn case is what was logged and what happened.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no batch.</exception>
    public byte[] SecretForReview() => keys?.WriteSecret() ?? throw new InvalidOperationException("there is no batch whose key could be shown");

    /// <summary>Wipes keys and secrets.</summary>
    public void Dispose()
    {
        keys?.Dispose();
        CryptographicOperations.ZeroMemory(eta);
        foreach (MinerRound round in rounds.Values)
        {
            CryptographicOperations.ZeroMemory(round.Nonce);
        }
    }

    private static DateTimeOffset Truncate(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private List<ReadOnlyMemory<byte>> Encrypt(ScoringBatch encryption, ScoringCase[] selected)
    {
        ScoringMeasure measure = window.Measure;
        int blocks = ScoreBatchOpen.BlockCount(measure, selected.Length);
        ScoringCase[][] parts = [.. selected.Chunk(selected.Length / blocks)];
        List<ReadOnlyMemory<byte>> ciphertexts = [];
        foreach (ScoringCase[] part in parts)
        {
            byte[] labels = [.. part.Select(item => item.Label)];
            ciphertexts.AddRange(encryption.EncryptLabels(measure, labels).Select(input => (ReadOnlyMemory<byte>)input.Encode()));
            labels.AsSpan().Clear();
        }

        for (int miner = 0; miner < window.Panel.Count; miner++)
        {
            foreach (ScoringCase[] part in parts)
            {
                // The logged prediction has 8 bits; a ranking uses the upper ones.
                byte[] predictions = [.. part.SelectMany(item => item.Predictions[miner].Prediction.ToArray()).Select(p => (byte)(p >> (8 - measure.Bits)))];
                ciphertexts.AddRange(encryption.EncryptPredictions(measure, predictions).Select(input => (ReadOnlyMemory<byte>)input.Encode()));
                predictions.AsSpan().Clear();
            }
        }

        return ciphertexts;
    }

    private void CheckCases(ScoringMeasure measure)
    {
        if (settings.Validators < ScoringSettings.LeastValidators || !settings.Publication.Fits(measure.Kind))
        {
            throw new ArgumentException($"{measure} needs at least {ScoringSettings.LeastValidators} validators and a publication that fits, not {settings.Validators} and {settings.Publication.Word}");
        }

        if (measure.Kind == ScoringKind.SquaredError && measure.Bits != 8)
        {
            throw new ArgumentException("a squared error is against 255: its predictions have 8 bits");
        }

        if (!ScoreBatchOpen.IsPatientCount(measure, settings.Patients) || cases.Count < settings.Patients || cases.Count > ScoreWindow.MaximumCases)
        {
            throw new ArgumentException(
                $"{measure} over {settings.Patients} patients needs at least so many unscored cases with known outcomes, and {ScoringSettings.LeastPatients} or more (pairs: a multiple of {ScoringBatch.PairwisePatients}); there are {cases.Count}");
        }
    }
}
