using Subnet.Crypto.Identity;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.ScoringV1;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Scoring;

/// <summary>
/// <c>subnet.v1.Scoring</c> at a validator: one <see cref="ValidatorScoring"/> for each window, driven by the clinic's calls. Open slots and bytes of a call are bounded; each slot has a
/// journal, so a restart loses none. Safe for concurrent use.
/// </summary>
/// <param name="key">The validator's hotkey.</param>
/// <param name="seeds">Its seeds.</param>
/// <param name="log">Its log.</param>
/// <param name="chain">The ledger.</param>
/// <param name="timetable">Deadlines.</param>
/// <param name="isAdmitted">Which clinics are served, by their key.</param>
/// <param name="clock">The clock.</param>
/// <param name="folder">Where the slots' journals are; null keeps none.</param>
/// <param name="aborts">Counts batches that were left; null counts none.</param>
internal sealed class ScoringService(
    SigningKey key,
    IScoringSeeds seeds,
    IScoringLog log,
    IScoringChain chain,
    ScoringTimetable timetable,
    Func<ReadOnlyMemory<byte>, bool> isAdmitted,
    TimeProvider clock,
    string? folder = null,
    IAbortCounts? aborts = null) : IDisposable
{
    private const string JournalSuffix = ".journal";

    private const int MaximumSlots = 64;
    private const long WindowBytes = 16L << 20;
    private const long BatchBytes = 2L << 30;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Slot> slots = new(StringComparer.Ordinal);

    /// <summary>Adds the service to a server.</summary>
    public void AddTo(GrpcServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        GrpcLimits large = new(4 << 20, BatchBytes);
        services
            .Duplex(ScoringMethods.Window, WindowAsync, new GrpcLimits(4 << 20, WindowBytes + (1 << 20)))
            .Duplex(ScoringMethods.Batch, BatchAsync, large)
            .Duplex(ScoringMethods.Commit, CommitAsync, new GrpcLimits(4 << 20, WindowBytes))
            .Duplex(ScoringMethods.Open, OpenAsync, large)
            .Duplex(ScoringMethods.Aborts, AbortsAsync, new GrpcLimits(1 << 16, 1 << 16));
    }

    /// <summary>Takes up the slots whose journals are there.</summary>
    /// <returns>What could not be taken up, and why; such a file stays where it is.</returns>
    public IReadOnlyList<IOException> Restore()
    {
        List<IOException> lost = [];
        if (folder is null)
        {
            return lost;
        }

        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateFiles(folder, "*" + JournalSuffix).Order(StringComparer.Ordinal))
        {
            ScoringJournal? journal = null;
            try
            {
                journal = new ScoringJournal(path, null);
                if (journal.Entries.Count == 0)
                {
                    // The crash came before the window was kept, and so before anything was answered.
                    journal.Dispose();
                    File.Delete(path);
                    continue;
                }

                (long anchored, ScoringMessage window) = ValidatorJournal.ReadBegun(journal.Entries[0].Content);
                ValidatorScoring scoring = ValidatorScoring.TryBegin(window, key, seeds, log, clock, timetable, journal)
                    ?? throw new IOException($"'{path}' begins with a window that is none");
                scoring.Resume();
                lock (gate)
                {
                    slots.Add(Convert.ToHexStringLower(scoring.Slot.Span), new Slot(scoring, anchored, journal.Entries[0].Time, journal));
                }
            }
            catch (IOException fault)
            {
                journal?.Dispose();
                lost.Add(fault);
            }
        }

        return lost;
    }

    /// <summary>Removes the journals of batches whose outcomes are kept elsewhere now.</summary>
    public void Forget(IEnumerable<ScoreBatchOpen> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        foreach (ScoreBatchOpen batch in batches)
        {
            if (folder is not null)
            {
                File.Delete(PathOf(Convert.ToHexStringLower(batch.Window.Span)));
            }
        }
    }

    /// <summary>Closes the journals.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (Slot slot in slots.Values)
            {
                slot.Dispose();
            }

            slots.Clear();
        }
    }

    /// <summary>
    /// Outcomes of every batch that is over: all its miners have a public score, or its last deadline has passed. Each is given once; its slot is closed, and its journal stays until <see cref="Forget"/>.
    /// </summary>
    public IReadOnlyList<(ScoreBatchOpen Batch, IReadOnlyList<OrganicOutcome> Outcomes)> TakeConcluded()
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (gate)
        {
            List<(string Name, Slot Slot)> over = [];
            List<(ScoreBatchOpen, IReadOnlyList<OrganicOutcome>)> concluded = [];
            foreach ((string name, Slot slot) in slots.ToArray())
            {
                bool isScored = slot.Scoring.Batch is { } whole && slot.Scoring.Scores.Count == whole.Panel.Count;
                bool isOver = now > (slot.Scoring.Batch?.Time ?? slot.Begun) + timetable.Open + (2 * ScoringTimetable.ClockSkew);
                if (slot.IsBusy || (!isScored && !isOver))
                {
                    continue;
                }

                // A disk that refuses the count refuses the whole: no slot is closed yet, and each is asked again.
                over.Add((name, slot));
                if (slot.Scoring.Batch is { } batch)
                {
                    IReadOnlyList<OrganicOutcome> outcomes = slot.Scoring.Conclude();
                    aborts?.Count(batch, slot.Scoring.Drawn, outcomes, slot.Scoring.Findings);
                    concluded.Add((batch, outcomes));
                }
            }

            foreach ((string name, Slot slot) in over)
            {
                slots.Remove(name);
                slot.Dispose();
                if (slot.Scoring.Batch is null && folder is not null)
                {
                    File.Delete(PathOf(name));
                }
            }

            return concluded;
        }
    }

    private async Task WindowAsync(IAsyncEnumerable<ScoringChunk> requests, GrpcResponseWriter<ScoringChunk> writer, GrpcServerCall call)
    {
        ScoringMessage window = (await ReadAsync(requests, WindowBytes, isAdmitted).ConfigureAwait(false)).Single();
        long anchored = await AnchorOfAsync(window, call.CancellationToken).ConfigureAwait(false);
        _ = ScoreWindow.TryRead(window) ?? throw Refused(ScoringFault.Malformed);
        if (!seeds.TryAnchor(window.Signed.Hash, anchored))
        {
            // A window that is anchored again has another beacon: a clinic that dislikes a draw would try until it likes one.
            throw Refused(ScoringFault.SlotUsed);
        }

        string name = Convert.ToHexStringLower(window.Signed.Hash);
        Slot slot;
        lock (gate)
        {
            if (!slots.TryGetValue(name, out Slot? known))
            {
                if (slots.Count >= MaximumSlots)
                {
                    throw new GrpcException(GrpcStatusCode.ResourceExhausted, "this validator scores as many batches as it can");
                }

                slots.Add(name, known = Begin(name, window, anchored));
            }

            slot = known;
        }

        using (await slot.EnterAsync(call.CancellationToken).ConfigureAwait(false))
        {
            await WriteAsync(writer, [await slot.Scoring.CommitSeedAsync().ConfigureAwait(false)]).ConfigureAwait(false);
        }
    }

    private async Task BatchAsync(IAsyncEnumerable<ScoringChunk> requests, GrpcResponseWriter<ScoringChunk> writer, GrpcServerCall call)
    {
        ScoringMessage message = (await ReadAsync(requests, BatchBytes, IsKnownClinic).ConfigureAwait(false)).Single();
        ScoreBatchOpen batch = ScoreBatchOpen.TryRead(message) ?? throw Refused(ScoringFault.Malformed);
        Slot slot = Find(slot => slot.Scoring.Slot.Span.SequenceEqual(batch.Window.Span));
        ScoringBeacon beacon = await ScoringBeacons.OfAsync(chain, slot.Scoring.Netuid, slot.Anchored, call.CancellationToken).ConfigureAwait(false);
        using (await slot.EnterAsync(call.CancellationToken).ConfigureAwait(false))
        {
            (IReadOnlyList<ScoringMessage> outputs, ScoringFault fault) = await slot.Scoring.EvaluateAsync(message, beacon, call.CancellationToken).ConfigureAwait(false);
            await WriteAsync(writer, fault == ScoringFault.None ? outputs : throw Refused(fault)).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(IAsyncEnumerable<ScoringChunk> requests, GrpcResponseWriter<ScoringChunk> writer, GrpcServerCall call)
    {
        IReadOnlyList<ScoringMessage> commits = await ReadAsync(requests, WindowBytes, IsKnownClinic).ConfigureAwait(false);
        ScoreCommitMessage first = commits.Count > 0 && ScoreCommitMessage.TryRead(commits[0], commits[0].Signed.Signer.Span) is { } read
            ? read
            : throw Refused(ScoringFault.Malformed);
        Slot slot = Find(slot => slot.Scoring.Batch?.Batch.Span.SequenceEqual(first.Batch.Span) == true);
        using (await slot.EnterAsync(call.CancellationToken).ConfigureAwait(false))
        {
            (ScoringMessage? seed, ScoringFault fault) = await slot.Scoring.AcceptCommitsAsync(commits).ConfigureAwait(false);
            await WriteAsync(writer, [seed ?? throw Refused(fault)]).ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(IAsyncEnumerable<ScoringChunk> requests, GrpcResponseWriter<ScoringChunk> writer, GrpcServerCall call)
    {
        // Seeds and outputs are other validators' words, handed on by the clinic.
        IReadOnlyList<ScoringMessage> messages = await ReadAsync(requests, BatchBytes, IsKnownParty).ConfigureAwait(false);
        ScoreOutputsMessage any = messages.Select(ScoreOutputsMessage.TryRead).FirstOrDefault(read => read is not null) ?? throw Refused(ScoringFault.Malformed);
        Slot slot = Find(slot => slot.Scoring.Batch?.Batch.Span.SequenceEqual(any.Batch.Span) == true);
        List<ScoringMessage> scores = [];
        using (await slot.EnterAsync(call.CancellationToken).ConfigureAwait(false))
        {
            foreach (ScoringMessage message in messages)
            {
                ScoringFault fault;
                switch (message.Signed.Domain)
                {
                    case ScoringDomains.Seed:
                        fault = slot.Scoring.AcceptSeedOpening(message);
                        break;
                    case ScoringDomains.Outputs:
                        fault = slot.Scoring.AcceptOutputs(message);
                        break;
                    default:
                        (ScoringMessage? score, fault) = await slot.Scoring.AcceptOpeningAsync(message).ConfigureAwait(false);
                        scores.AddRange(score is null ? [] : [score]);
                        break;
                }

                if (fault is ScoringFault.Malformed or ScoringFault.OutOfPlace or ScoringFault.WrongSeed)
                {
                    throw Refused(fault);
                }
            }
        }

        await WriteAsync(writer, scores).ConfigureAwait(false);
    }

    /// <summary>Anybody may ask, with an empty stream.</summary>
    private async Task AbortsAsync(IAsyncEnumerable<ScoringChunk> requests, GrpcResponseWriter<ScoringChunk> writer, GrpcServerCall call)
    {
        await foreach (ScoringChunk _ in requests.ConfigureAwait(false))
        {
            throw Refused(ScoringFault.Malformed);
        }

        ScoringMessage signed = new AbortRates(clock.GetUtcNow(), aborts?.Read() ?? []).Sign(key);
        await WriteAsync(writer, [signed]).ConfigureAwait(false);
    }

    /// <summary>The block that anchors a window, while its beacon is still unknown.</summary>
    private async Task<long> AnchorOfAsync(ScoringMessage window, CancellationToken cancellationToken)
    {
        WindowAnchor proof = (window.Attachments.Count == 3 ? WindowAnchor.TryRead(window.Attachments[2].Span) : null) ?? throw Refused(ScoringFault.Malformed);
        ScoringAnchor? anchor = await chain.AnchorAsync(proof.Origin, cancellationToken).ConfigureAwait(false);
        long height = await chain.HeightAsync(cancellationToken).ConfigureAwait(false);
        return anchor is not null && proof.Holds(window, anchor) && height < anchor.Height + ScoringSettings.BeaconDelay
            ? anchor.Height
            : throw Refused(ScoringFault.NotTheDraw);
    }

    private Slot Begin(string name, ScoringMessage window, long anchored)
    {
        DateTimeOffset now = clock.GetUtcNow();
        ScoringJournal? journal = folder is null ? null : new ScoringJournal(PathOf(name), null);
        try
        {
            journal?.Append(ValidatorJournal.Begun, now, ValidatorJournal.WriteBegun(anchored, window));
            return new Slot(ValidatorScoring.TryBegin(window, key, seeds, log, clock, timetable, journal)!, anchored, now, journal);
        }
        catch
        {
            // Or the file would stay open, and the clinic's next try would be refused for it.
            journal?.Dispose();
            throw;
        }
    }

    private string PathOf(string slot) => Path.Combine(folder!, slot + JournalSuffix);

    private Slot Find(Func<Slot, bool> isIt)
    {
        lock (gate)
        {
            return slots.Values.FirstOrDefault(isIt) ?? throw Refused(ScoringFault.OutOfPlace);
        }
    }

    private bool IsKnownClinic(ReadOnlyMemory<byte> signer)
    {
        lock (gate)
        {
            return slots.Values.Any(slot => slot.Scoring.Clinic.Span.SequenceEqual(signer.Span));
        }
    }

    private bool IsKnownParty(ReadOnlyMemory<byte> signer)
    {
        lock (gate)
        {
            return slots.Values.Any(slot => slot.Scoring.Clinic.Span.SequenceEqual(signer.Span)
                || slot.Scoring.Batch?.Seeds.Any(seed => seed.Validator.Span.SequenceEqual(signer.Span)) == true);
        }
    }

    private static async Task<IReadOnlyList<ScoringMessage>> ReadAsync(IAsyncEnumerable<ScoringChunk> requests, long limit, Func<ReadOnlyMemory<byte>, bool> isAllowed)
    {
        ScoringAssembler assembler = new(limit, isAllowed);
        await foreach (ScoringChunk chunk in requests.ConfigureAwait(false))
        {
            if (!assembler.TryTake(chunk))
            {
                throw Refused(ScoringFault.Malformed);
            }
        }

        return assembler.IsComplete && assembler.Messages.Count > 0 ? assembler.Messages : throw Refused(ScoringFault.Malformed);
    }

    private static async Task WriteAsync(GrpcResponseWriter<ScoringChunk> writer, IEnumerable<ScoringMessage> messages)
    {
        foreach (ScoringChunk chunk in ScoringChunks.Split(messages))
        {
            await writer.WriteAsync(chunk).ConfigureAwait(false);
        }
    }

    private static GrpcException Refused(ScoringFault fault) => new(GrpcStatusCode.FailedPrecondition, ScoringFaults.Word(fault));

    /// <summary>A window's machine; one call at a time.</summary>
    private sealed class Slot(ValidatorScoring scoring, long anchored, DateTimeOffset begun, ScoringJournal? journal) : IDisposable
    {
        private readonly SemaphoreSlim turn = new(1);

        public bool IsBusy => turn.CurrentCount == 0;

        public ValidatorScoring Scoring => scoring;

        public long Anchored => anchored;

        public DateTimeOffset Begun => begun;

        public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
        {
            await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Turn(turn);
        }

        public void Dispose()
        {
            turn.Dispose();
            journal?.Dispose();
        }
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
