using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// A clinic's batch that outlives its process. Keys, eta and nonces follow from one seed; the seed, the cases and every step with its moment and message are in a journal before
/// the step is taken. Taking the same steps again at the same moments gives the same batch, byte for byte, so after a restart the clinic goes on where it stood: nothing is
/// drawn, committed or opened a second time in another way. Not safe for concurrent use.
/// </summary>
internal sealed class DurableClinicScoring : IClinicScoring, IDisposable
{
    private const byte Logged = 0;
    private const byte Begun = 1;
    private const byte Window = 2;
    private const byte Anchor = 3;
    private const byte Seed = 4;
    private const byte Open = 5;
    private const byte Output = 6;
    private const byte Commit = 7;
    private const byte SeedOpening = 8;
    private const byte Opening = 9;

    private readonly IScoringJournal journal;
    private readonly RandomSourceFactory random;
    private readonly StepClock clock;
    private readonly ClinicScoring inner;

    private DurableClinicScoring(IScoringJournal journal, RandomSourceFactory random, StepClock clock, ClinicScoring inner, ClinicScoringStart start)
    {
        (this.journal, this.random, this.clock, this.inner) = (journal, random, clock, inner);
        (Netuid, Measure, Panel, Settings) = (start.Netuid, start.Measure, start.Panel, start.Settings);
    }

    /// <summary>The subnet.</summary>
    public ushort Netuid { get; }

    /// <summary>What is computed.</summary>
    public ScoringMeasure Measure { get; }

    /// <summary>The panel, sorted by hotkey.</summary>
    public IReadOnlyList<PanelMiner> Panel { get; }

    /// <summary>Sizes, publication, deadlines.</summary>
    public ScoringSettings Settings { get; }

    /// <inheritdoc/>
    public RecordedEntry? WindowEntry => inner.WindowEntry;

    /// <inheritdoc/>
    public (ScoringMessage Window, long Height)? Anchored => inner.Anchored;

    /// <inheritdoc/>
    public ScoringBeacon? Beacon => inner.Beacon;

    /// <inheritdoc/>
    public ScoreBatchOpen? Batch => inner.Batch;

    /// <inheritdoc/>
    public IReadOnlyList<SeedCommitment> Drawn => inner.Drawn;

    /// <inheritdoc/>
    public IReadOnlyCollection<SeedCommitment> Committed => inner.Committed;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> Outputs => inner.Outputs;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> SeedOpenings => inner.SeedOpenings;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> Commitments => inner.Commitments;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringMessage> Openings => inner.Openings;

    /// <inheritdoc/>
    public IReadOnlyList<ScoringFinding> Findings => inner.Findings;

    /// <summary>Begins a batch in an empty journal; as <see cref="ClinicScoring"/>'s constructor otherwise.</summary>
    /// <param name="seed">64 bytes from the operating system's generator, for this batch alone; copied.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="measure">What is computed.</param>
    /// <param name="panel">The miners, in the order of each case's predictions.</param>
    /// <param name="cases">Cases with known outcomes.</param>
    /// <param name="settings">Sizes, publication, deadlines.</param>
    /// <param name="key">The clinic's key.</param>
    /// <param name="scored">Which cases were scored.</param>
    /// <param name="log">The clinic's log.</param>
    /// <param name="journal">The journal; stays the caller's, who removes it when the batch is over.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The journal is not empty, the cases are too few, or do not fit panel or settings.</exception>
    public static DurableClinicScoring Begin(
        ReadOnlySpan<byte> seed,
        ushort netuid,
        ScoringMeasure measure,
        IReadOnlyList<PanelMiner> panel,
        IReadOnlyList<ScoringCase> cases,
        ScoringSettings settings,
        SigningKey key,
        IScoredCases scored,
        IScoringLog log,
        IScoringJournal journal,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (journal.Entries.Count > 0)
        {
            throw new ArgumentException("the journal holds a batch already; resume it", nameof(journal));
        }

        StepClock clock = new(time);
        DateTimeOffset now = time.GetUtcNow();
        clock.StopAt(now);
        RandomSourceFactory random = RandomSourceFactory.FromSeed(seed);
        ClinicScoring inner = new(netuid, measure, panel, cases, settings, key, scored, new JournaledScoringLog(log, journal, Logged, time), clock, random);
        ClinicScoringStart start = new(seed.ToArray(), netuid, measure, inner.Panel, inner.Cases, settings);
        byte[] content = start.Write();
        journal.Append(Begun, now, content);
        CryptographicOperations.ZeroMemory(content);
        CryptographicOperations.ZeroMemory(start.Seed);
        clock.StopAt(null);
        return new DurableClinicScoring(journal, random, clock, inner, start);
    }

    /// <summary>Goes on with the batch of a journal.</summary>
    /// <param name="key">The clinic's key.</param>
    /// <param name="scored">Which cases were scored.</param>
    /// <param name="log">The clinic's log.</param>
    /// <param name="journal">The journal; stays the caller's.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The batch as it stood; null where the journal holds none.</returns>
    /// <exception cref="IOException">The journal does not lead to a batch: it was changed, or is of another version.</exception>
    public static async Task<DurableClinicScoring?> ResumeAsync(SigningKey key, IScoredCases scored, IScoringLog log, IScoringJournal journal, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (journal.Entries.FirstOrDefault(entry => entry.Kind == Begun) is not { Kind: Begun } begun)
        {
            return null;
        }

        ClinicScoringStart start = ClinicScoringStart.TryRead(begun.Content) ?? throw new IOException("the journal of the batch begins with what is none; it cannot be continued");
        StepClock clock = new(time);
        clock.StopAt(begun.Time);
        RandomSourceFactory random = RandomSourceFactory.FromSeed(start.Seed);
        ClinicScoring inner = new(
            start.Netuid, start.Measure, start.Panel, start.Cases, start.Settings, key, new OwnCases(scored), new JournaledScoringLog(log, journal, Logged, time), clock, random);
        DurableClinicScoring resumed = new(journal, random, clock, inner, start);
        try
        {
            foreach (ScoringJournalEntry entry in journal.Entries.Where(entry => entry.Kind > Begun))
            {
                clock.StopAt(entry.Time);
                await resumed.TakeAsync(entry.Kind, entry.Content).ConfigureAwait(false);
            }

            clock.StopAt(null);
            return resumed;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            resumed.Dispose();
            throw new IOException($"the journal of the batch does not lead to one: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public async Task<ScoringMessage> OpenWindowAsync()
    {
        await StepAsync(Window, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        return await inner.OpenWindowAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void KeepAnchor(ScoringMessage window, long height)
    {
        byte[] content = [.. new byte[sizeof(long)], .. ScoringMessageBytes.Write(window)];
        BinaryPrimitives.WriteInt64BigEndian(content, height);
        journal.Append(Anchor, clock.GetUtcNow(), content);
        inner.KeepAnchor(window, height);
    }

    /// <inheritdoc/>
    public ScoringFault AcceptSeed(ScoringMessage message) => Accept(Seed, message, inner.AcceptSeed);

    /// <inheritdoc/>
    public async Task<(ScoreBatchOpen? Batch, ScoringFault Fault)> OpenBatchAsync(ScoringBeacon beacon)
    {
        DateTimeOffset now = clock.GetUtcNow();
        journal.Append(Open, now, ScoringTranscript.WriteBeacon(beacon));
        clock.StopAt(now);
        try
        {
            return await inner.OpenBatchAsync(beacon).ConfigureAwait(false);
        }
        finally
        {
            clock.StopAt(null);
        }
    }

    /// <inheritdoc/>
    public ScoringFault AcceptOutputs(ScoringMessage message) => Accept(Output, message, inner.AcceptOutputs);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ScoringMessage>> CommitAsync()
    {
        await StepAsync(Commit, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        return inner.Commitments;
    }

    /// <inheritdoc/>
    public ScoringFault AcceptSeedOpening(ScoringMessage message) => Accept(SeedOpening, message, inner.AcceptSeedOpening);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ScoringMessage>> OpenAsync()
    {
        await StepAsync(Opening, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        return inner.Openings;
    }

    /// <summary>Wipes keys and secrets; the journal stays open.</summary>
    public void Dispose()
    {
        inner.Dispose();
        random.Dispose();
    }

    private async Task StepAsync(byte kind, ReadOnlyMemory<byte> content)
    {
        DateTimeOffset now = clock.GetUtcNow();
        journal.Append(kind, now, content.Span);
        clock.StopAt(now);
        try
        {
            await TakeAsync(kind, content).ConfigureAwait(false);
        }
        finally
        {
            clock.StopAt(null);
        }
    }

    private ScoringFault Accept(byte kind, ScoringMessage message, Func<ScoringMessage, ScoringFault> take)
    {
        DateTimeOffset now = clock.GetUtcNow();
        journal.Append(kind, now, ScoringMessageBytes.Write(message));
        clock.StopAt(now);
        try
        {
            return take(message);
        }
        finally
        {
            clock.StopAt(null);
        }
    }

    private async Task TakeAsync(byte kind, ReadOnlyMemory<byte> content)
    {
        switch (kind)
        {
            case Window:
                await inner.OpenWindowAsync().ConfigureAwait(false);
                break;
            case Anchor:
                inner.KeepAnchor(Message(content[sizeof(long)..]), BinaryPrimitives.ReadInt64BigEndian(content.Span));
                break;
            case Seed:
                inner.AcceptSeed(Message(content));
                break;
            case Open:
                if (inner.Batch is null)
                {
                    await inner.OpenBatchAsync(ScoringTranscript.ReadBeacon(content) ?? throw new InvalidOperationException("a beacon in it is none")).ConfigureAwait(false);
                }

                break;
            case Output:
                inner.AcceptOutputs(Message(content));
                break;
            case Commit:
                await inner.CommitAsync().ConfigureAwait(false);
                break;
            case SeedOpening:
                inner.AcceptSeedOpening(Message(content));
                break;
            case Opening:
                await inner.OpenAsync().ConfigureAwait(false);
                break;
            default:
                throw new InvalidOperationException($"a step in it is of an unknown kind {kind}");
        }
    }

    private static ScoringMessage Message(ReadOnlyMemory<byte> content) =>
        ScoringMessageBytes.Read(content) is [var message] ? message : throw new InvalidOperationException("a message in it is none");

    /// <summary>The cases of a resumed batch were new when it began, and are marked by itself since.</summary>
    private sealed class OwnCases(IScoredCases scored) : IScoredCases
    {
        public bool Contains(string key) => false;

        public bool TryMark(ReadOnlyMemory<byte> batch, IReadOnlyList<string> keys) => scored.TryMark(batch, keys);
    }
}
