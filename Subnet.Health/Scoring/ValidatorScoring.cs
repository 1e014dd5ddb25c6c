using System.Security.Cryptography;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>
/// A validator's side of one slot of organic scoring (protocol 5), without a transport. It believes nothing: windows, draws, ciphertexts, seeds, outputs and openings are checked
/// here. Its seed is logged as a hash before the beacon, serves one batch only, also across restarts, and leaves after the clinic has committed. Not safe for concurrent use.
/// </summary>
internal sealed class ValidatorScoring
{
    private readonly SigningKey key;
    private readonly IScoringSeeds seeds;
    private readonly IScoringLog log;
    private readonly TimeProvider clock;
    private readonly ScoringTimetable timetable;
    private readonly ScoreWindow window;
    private readonly ReadOnlyMemory<byte> slot;
    private readonly ReadOnlyMemory<byte> clinic;
    private readonly IScoringJournal? journal;
    private ScoringMessage? opening;
    private bool isResuming;
    private readonly Dictionary<string, ScoreCommitMessage> commits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> opened = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>> outputs = new(StringComparer.Ordinal);
    private bool hasAnswered;
    private ScoreBatchOpen? batch;
    private ScoringEvaluation? evaluation;
    private IReadOnlyList<SeedCommitment> drawn = [];

    private ValidatorScoring(
        ScoringMessage message,
        ScoreWindow window,
        SigningKey key,
        IScoringSeeds seeds,
        IScoringLog log,
        TimeProvider clock,
        ScoringTimetable timetable,
        IScoringJournal? journal)
    {
        this.journal = journal;
        this.window = window;
        this.key = key;
        this.seeds = seeds;
        this.log = log;
        this.clock = clock;
        this.timetable = timetable;
        slot = message.Signed.Hash;
        clinic = message.Signed.Signer;
    }

    /// <summary>The slot: hash of the window.</summary>
    public ReadOnlyMemory<byte> Slot => slot;

    /// <summary>The clinic's key.</summary>
    public ReadOnlyMemory<byte> Clinic => clinic;

    /// <summary>The subnet.</summary>
    public ushort Netuid => window.Netuid;

    /// <summary>The batch; null before it came.</summary>
    public ScoreBatchOpen? Batch => batch;

    /// <summary>The validators drawn; none before the batch came.</summary>
    public IReadOnlyList<SeedCommitment> Drawn => drawn;

    /// <summary>Scores of miners, as far as they hold, and faults; complete after <see cref="Conclude"/>.</summary>
    public Dictionary<string, PublicScore> Scores { get; } = new(StringComparer.Ordinal);

    /// <summary>Faults found.</summary>
    public List<ScoringFinding> Findings { get; } = [];

    /// <summary>Takes a clinic's window; null where it is none.</summary>
    /// <param name="message">The window.</param>
    /// <param name="key">The validator's hotkey.</param>
    /// <param name="seeds">Its seeds.</param>
    /// <param name="log">Its log.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="timetable">Deadlines.</param>
    /// <param name="journal">Where it keeps what it received and decided, so that <see cref="Resume"/> can go on; null where nothing is kept.</param>
    public static ValidatorScoring? TryBegin(
        ScoringMessage message, SigningKey key, IScoringSeeds seeds, IScoringLog log, TimeProvider clock, ScoringTimetable timetable, IScoringJournal? journal = null) =>
        ScoreWindow.TryRead(message) is { } window ? new ValidatorScoring(message, window, key, seeds, log, clock, timetable, journal) : null;

    /// <summary>Takes up again what the journal holds after the window. Nothing is evaluated: outputs that a clinic did not get it asks for again.</summary>
    /// <exception cref="IOException">An entry is of an unknown kind or holds no message.</exception>
    public void Resume()
    {
        isResuming = true;
        foreach (ScoringJournalEntry entry in journal?.Entries ?? [])
        {
            IReadOnlyList<ScoringMessage> Messages() =>
                ScoringMessageBytes.Read(entry.Content) ?? throw new IOException("the journal of a slot holds what is no message; it cannot be continued");
            switch (entry.Kind)
            {
                case ValidatorJournal.Begun:
                    break;
                case ValidatorJournal.Batch:
                    (ScoringBeacon beacon, ScoringMessage message) = ValidatorJournal.ReadBatch(entry.Content);
                    _ = Join(message, ScoreBatchOpen.TryRead(message)!, beacon);
                    break;
                case ValidatorJournal.Commits:
                    Keep(Messages());
                    break;
                case ValidatorJournal.SeedOpening:
                    AcceptSeedOpening(Messages().Single());
                    break;
                case ValidatorJournal.Outputs:
                    AcceptOutputs(Messages().Single());
                    break;
                case ValidatorJournal.Score:
                    PublicScore score = PublicScore.TryRead(Messages().Single()) ?? throw new IOException("the journal of a slot holds a score that is none");
                    Scores[Hex(score.Miner)] = score;
                    break;
                case ValidatorJournal.Finding:
                    Findings.Add(ValidatorJournal.ReadFinding(entry.Content));
                    break;
                case ValidatorJournal.Answered:
                    hasAnswered = true;
                    break;
                default:
                    throw new IOException($"the journal of a slot has an entry of an unknown kind {entry.Kind}; it cannot be continued");
            }
        }

        isResuming = false;
    }

    /// <summary>Step 2: the hash of this slot's seed, logged before it leaves.</summary>
    public async Task<ScoringMessage> CommitSeedAsync()
    {
        byte[] seed = seeds.SeedOf(slot);
        ScoringMessage commitment = ScoreSeed.SignCommitment(key, slot.Span, seed);
        CryptographicOperations.ZeroMemory(seed);
        await log.RecordAsync("score-seed", commitment.Signed, "clinic", clinic).ConfigureAwait(false);
        return commitment;
    }

    /// <summary>Step 3: checks a batch against window and beacon and computes outputs for every miner.</summary>
    /// <param name="message">The batch.</param>
    /// <param name="beacon">What this validator's own view of the ledger says: the block ten heights above the window's anchor.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Outputs, or why there are none.</returns>
    public async Task<(IReadOnlyList<ScoringMessage> Outputs, ScoringFault Fault)> EvaluateAsync(
        ScoringMessage message, ScoringBeacon beacon, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(beacon);
        ScoreBatchOpen? read = ScoreBatchOpen.TryRead(message);
        ScoringFault fault = read is null ? ScoringFault.Malformed : CheckBatch(read, beacon);
        fault = fault == ScoringFault.None ? Join(message, read!, beacon) : fault;
        if (fault != ScoringFault.None)
        {
            return ([], fault);
        }

        ScoringEvaluation evaluates = evaluation!;
        byte[] seed = seeds.SeedOf(slot);
        List<ScoringMessage> messages = [];
        for (int miner = 0; miner < read!.Panel.Count; miner++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int number = miner;
            byte[] computed = await Task.Run(() => evaluates.Evaluate(number, seed), cancellationToken).ConfigureAwait(false);
            ScoringMessage own = ScoreOutputsMessage.Sign(key, read.Batch.Span, read.Panel[miner].Miner.Span, computed);
            await log.RecordAsync("score-out", own.Signed, "clinic", clinic).ConfigureAwait(false);
            messages.Add(own);
        }

        CryptographicOperations.ZeroMemory(seed);
        if (!hasAnswered && clock.GetUtcNow() <= read.Time + timetable.Outputs)
        {
            Journal(ValidatorJournal.Answered, () => []);
            hasAnswered = true;
        }

        return (messages, ScoringFault.None);
    }

    /// <summary>Makes the batch this slot's, for good.</summary>
    private ScoringFault Join(ScoringMessage message, ScoreBatchOpen read, ScoringBeacon beacon)
    {
        if (ScoringEvaluation.TryCreate(read) is not { } evaluates)
        {
            return ScoringFault.BadCiphertext;
        }

        // From here on the seed is this batch's: other ciphertexts under it would be a second equation for its factors.
        if (!seeds.TryBind(slot, message.Signed.Hash))
        {
            return ScoringFault.SlotUsed;
        }

        if (batch is null)
        {
            Journal(ValidatorJournal.Batch, () => ValidatorJournal.WriteBatch(beacon, message));
        }

        batch = read;
        evaluation = evaluates;
        drawn = read.Drawn(beacon.Hash);
        return ScoringFault.None;
    }

    /// <summary>
    /// Step 4: takes the clinic's commitments and opens the seed, once. After that nothing the clinic says of its decryption can depend on the seed.
    /// </summary>
    /// <param name="messages">A commitment for each miner that has one.</param>
    /// <returns>The opened seed, or why not.</returns>
    public async Task<(ScoringMessage? Seed, ScoringFault Fault)> AcceptCommitsAsync(IReadOnlyList<ScoringMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (batch is null || (commits.Count > 0 && !AreKept(messages)))
        {
            return (null, ScoringFault.OutOfPlace);
        }

        if (commits.Count > 0)
        {
            // The clinic asks again for what it did not get: the same commitments, the same seed.
            return (opening ??= await OpenSeedAsync().ConfigureAwait(false), ScoringFault.None);
        }

        if (clock.GetUtcNow() > batch.Time + timetable.Commit + ScoringTimetable.ClockSkew)
        {
            return (null, ScoringFault.Late);
        }

        Dictionary<string, ScoreCommitMessage> read = new(StringComparer.Ordinal);
        foreach (ScoringMessage message in messages)
        {
            if (ScoreCommitMessage.TryRead(message, clinic.Span) is not { } commit)
            {
                return (null, ScoringFault.Malformed);
            }

            bool fits = commit.Batch.Span.SequenceEqual(batch.Batch.Span)
                && batch.IndexOf(commit.Miner.Span) >= 0
                && commit.IsInOrderOf(drawn)
                && read.TryAdd(Convert.ToHexStringLower(commit.Miner.Span), commit);
            if (!fits)
            {
                return (null, ScoringFault.OutOfPlace);
            }
        }

        if (read.Count == 0)
        {
            return (null, ScoringFault.TooFewValidators);
        }

        Journal(ValidatorJournal.Commits, () => ScoringMessageBytes.Write(messages));
        Keep(messages);
        opening = await OpenSeedAsync().ConfigureAwait(false);
        return (opening, ScoringFault.None);
    }

    private async Task<ScoringMessage> OpenSeedAsync()
    {
        byte[] seed = seeds.SeedOf(slot);
        ScoringMessage signed = ScoreSeed.SignOpening(key, slot.Span, seed);
        await log.RecordAsync("seed-open", signed.Signed, "clinic", clinic).ConfigureAwait(false);
        return signed;
    }

    private void Keep(IReadOnlyList<ScoringMessage> messages)
    {
        foreach (ScoreCommitMessage commit in messages.Select(message => ScoreCommitMessage.TryRead(message, clinic.Span)).OfType<ScoreCommitMessage>())
        {
            commits[Hex(commit.Miner)] = commit;
        }
    }

    private bool AreKept(IReadOnlyList<ScoringMessage> messages) => messages.Count == commits.Count && messages.All(message =>
        ScoreCommitMessage.TryRead(message, clinic.Span) is { } commit
        && commits.TryGetValue(Hex(commit.Miner), out ScoreCommitMessage? known)
        && known.Batch.Span.SequenceEqual(commit.Batch.Span)
        && known.Commitment.Span.SequenceEqual(commit.Commitment.Span));

    /// <summary>Step 4: another drawn validator's opened seed and outputs, to recompute.</summary>
    public ScoringFault AcceptSeedOpening(ScoringMessage message)
    {
        SeedCommitment? commitment = drawn.FirstOrDefault(seed => seed.Validator.Span.SequenceEqual(message.Signed.Signer.Span));
        if (batch is null || commitment is null)
        {
            return ScoringFault.OutOfPlace;
        }

        if (ScoreSeed.TryReadOpening(message, slot.Span, commitment) is not { } seed)
        {
            return ScoringFault.WrongSeed;
        }

        if (!opened.ContainsKey(Hex(commitment.Validator)))
        {
            Journal(ValidatorJournal.SeedOpening, () => ScoringMessageBytes.Write(message));
            opened.Add(Hex(commitment.Validator), seed);
        }

        return ScoringFault.None;
    }

    /// <summary>Step 4: a drawn validator's outputs as the clinic had them.</summary>
    public ScoringFault AcceptOutputs(ScoringMessage message)
    {
        if (batch is null || ScoreOutputsMessage.TryRead(message) is not { } read || !read.Batch.Span.SequenceEqual(batch.Batch.Span))
        {
            return ScoringFault.Malformed;
        }

        string place = Hex(read.Validator) + Hex(read.Miner);
        if (!outputs.ContainsKey(place))
        {
            Journal(ValidatorJournal.Outputs, () => ScoringMessageBytes.Write(message));
            outputs.Add(place, read.Outputs);
        }

        return ScoringFault.None;
    }

    /// <summary>
    /// Step 5: an opening. Every validator inside is recomputed, tags and checks of each hold under its seed, all values agree; then the rounded or noised value is signed.
    /// </summary>
    /// <returns>The public score, or why there is none.</returns>
    public async Task<(ScoringMessage? Score, ScoringFault Fault)> AcceptOpeningAsync(ScoringMessage message)
    {
        if (batch is null || evaluation is null)
        {
            return (null, ScoringFault.OutOfPlace);
        }

        if (clock.GetUtcNow() > batch.Time + timetable.Open + ScoringTimetable.ClockSkew)
        {
            return (null, ScoringFault.Late);
        }

        if (ScoreOpenMessage.TryRead(message, clinic.Span) is not { } opening)
        {
            return (null, ScoringFault.Malformed);
        }

        if (!commits.TryGetValue(Hex(opening.Miner), out ScoreCommitMessage? commit) || !opening.Batch.Span.SequenceEqual(batch.Batch.Span))
        {
            return (null, ScoringFault.OutOfPlace);
        }

        if (!commit.Validators.Any(validator => validator.Span.SequenceEqual(key.PublicKey)))
        {
            // Tags of others show nothing where those others gave the clinic their seeds: whose own tags are not inside has nothing to check, and says nothing.
            return (null, Found(ScoringFault.OwnOutputsLeftOut, hasAnswered ? clinic : default, opening.Miner));
        }

        ScoringConclusion conclusion = new(batch, evaluation);
        foreach (ReadOnlyMemory<byte> validator in commit.Validators)
        {
            if (!opened.TryGetValue(Hex(validator), out byte[]? seed))
            {
                return (null, Found(ScoringFault.SeedWithheld, validator, opening.Miner));
            }

            bool isOwn = validator.Span.SequenceEqual(key.PublicKey);
            if (!outputs.TryGetValue(Hex(validator) + Hex(opening.Miner), out ReadOnlyMemory<byte> sent))
            {
                return (null, ScoringFault.OutOfPlace);
            }

            // Own outputs were computed here, and nobody else can sign for them.
            if (!isOwn && !await Task.Run(() => conclusion.Matches(opening.Miner, seed, sent)).ConfigureAwait(false))
            {
                return (null, Found(ScoringFault.OutputsDiffer, validator, opening.Miner));
            }
        }

        ScoringFault fault = conclusion.Conclude(commit, opening, opened, out long value);
        if (fault != ScoringFault.None)
        {
            return (null, Found(fault, fault == ScoringFault.NothingToCompare ? default : clinic, opening.Miner));
        }

        ScoringMessage score = PublicScore.Sign(key, batch.Batch.Span, opening.Miner.Span, value, batch.Publication);
        await log.RecordAsync("score-public", score.Signed, "miner", opening.Miner).ConfigureAwait(false);
        Journal(ValidatorJournal.Score, () => ScoringMessageBytes.Write(score));
        Scores[Hex(opening.Miner)] = PublicScore.TryRead(score)!;
        return (score, ScoringFault.None);
    }

    /// <summary>
    /// After the last deadline: each miner's outcome. A missing opening is the clinic's fault: the batch's median and a fee. Outputs that are shown to differ are their validator's, and the
    /// miner has no score of this batch.
    /// </summary>
    /// <remarks>
    /// Seeds of others come through the clinic, which must not open before it has them all. So an opening that came without one is none, whoever keeps the seed: else a clinic could
    /// hide a score for nothing by handing round one seed fewer, and have another party blamed.
    /// </remarks>
    public IReadOnlyList<OrganicOutcome> Conclude() =>
        batch is null ? [] : OrganicOutcome.Of(batch, Scores, [.. Findings.Where(finding => finding.Fault != ScoringFault.SeedWithheld)]);

    private ScoringFault CheckBatch(ScoreBatchOpen read, ScoringBeacon beacon)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (!read.Clinic.Span.SequenceEqual(clinic.Span) || !read.Window.Span.SequenceEqual(slot.Span) || read.Measure != window.Measure)
        {
            return ScoringFault.OutOfPlace;
        }

        if (read.Time > now + ScoringTimetable.ClockSkew || read.Time < window.Time || now > read.Time + timetable.Outputs)
        {
            return ScoringFault.Late;
        }

        return ScoringDraw.Check(window, read, beacon, key.PublicKey);
    }

    private ScoringFault Found(ScoringFault fault, ReadOnlyMemory<byte> party, ReadOnlyMemory<byte> miner)
    {
        ScoringFinding finding = new(fault, party, miner);
        Journal(ValidatorJournal.Finding, () => ValidatorJournal.WriteFinding(finding));
        Findings.Add(finding);
        return fault;
    }

    private void Journal(byte kind, Func<byte[]> content)
    {
        if (journal is not null && !isResuming)
        {
            journal.Append(kind, clock.GetUtcNow(), content());
        }
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
