using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.ScoringV1;

namespace Subnet.Health.Scoring;

/// <summary>A validator as a clinic reaches it.</summary>
/// <param name="Hotkey">Its key.</param>
/// <param name="Channel">A channel to its <c>subnet.v1.Scoring</c>.</param>
internal sealed record ScoringPeer(ReadOnlyMemory<byte> Hotkey, GrpcChannel Channel);

/// <summary>What came of a run.</summary>
/// <param name="Fault">Why there is no batch, or nothing.</param>
/// <param name="Transcript">Everything said; null without a batch.</param>
/// <param name="Findings">Faults of parties.</param>
/// <param name="Unreachable">Validators that did not answer a step, with the step.</param>
internal sealed record OrganicScoringResult(
    ScoringFault Fault, ScoringTranscript? Transcript, IReadOnlyList<ScoringFinding> Findings, IReadOnlyList<(ReadOnlyMemory<byte> Validator, string Step)> Unreachable);

/// <summary>
/// Takes a clinic through one batch over the network: window and anchor, seeds, beacon, batch, outputs, commitments, seeds, openings, public scores. A validator that does not
/// answer a step in its time is left behind; the state machine decides what that means.
/// </summary>
/// <param name="clinic">The batch.</param>
/// <param name="netuid">The subnet.</param>
/// <param name="peers">The subnet's validators.</param>
/// <param name="chain">The ledger.</param>
/// <param name="logFiles">The clinic's log.</param>
/// <param name="logOrigin">Its name.</param>
/// <param name="anchor">Puts the log's newest checkpoint on the ledger and waits until it is there.</param>
/// <param name="timetable">Deadlines.</param>
internal sealed class OrganicScoringRun(
    IClinicScoring clinic,
    ushort netuid,
    IReadOnlyList<ScoringPeer> peers,
    IScoringChain chain,
    ILogFiles logFiles,
    string logOrigin,
    Func<CancellationToken, Task> anchor,
    ScoringTimetable timetable)
{
    private readonly Lock gate = new();
    private readonly List<(ReadOnlyMemory<byte>, string)> unreachable = [];
    private readonly List<ScoringMessage> transcript = [];

    /// <summary>Runs the batch to its end, from wherever it stands: what a validator has answered already it is not asked again.</summary>
    /// <param name="progress">The step that begins.</param>
    /// <param name="cancellationToken">Gives up; what was logged stays.</param>
    public async Task<OrganicScoringResult> RunAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        progress?.Report("window");
        (ScoringMessage window, long height) = clinic.Anchored ?? await AnchorAsync(cancellationToken).ConfigureAwait(false);
        transcript.Add(window);
        if (clinic.Batch is null)
        {
            foreach (ScoringMessage seed in await AskAsync(
                Without(peers, clinic.Committed.Select(seed => seed.Validator)), ScoringMethods.Window, [window], "window", TimeSpan.FromSeconds(60), cancellationToken).ConfigureAwait(false))
            {
                clinic.AcceptSeed(seed);
            }

            progress?.Report("beacon");
            ScoringBeacon drawnBy = await ScoringBeacons.OfAsync(chain, netuid, height, cancellationToken).ConfigureAwait(false);
            (ScoreBatchOpen? opened, ScoringFault fault) = await clinic.OpenBatchAsync(drawnBy).ConfigureAwait(false);
            if (opened is null)
            {
                return new OrganicScoringResult(fault, null, clinic.Findings, unreachable);
            }
        }

        ScoreBatchOpen batch = clinic.Batch!;
        transcript.Add(batch.Message);
        ScoringPeer[] drawn = [.. peers.Where(peer => clinic.Drawn.Any(seed => seed.Validator.Span.SequenceEqual(peer.Hotkey.Span)))];
        if (clinic.Commitments.Count == 0)
        {
            progress?.Report("outputs");
            IEnumerable<ReadOnlyMemory<byte>> whole = clinic.Outputs.GroupBy(output => Convert.ToHexStringLower(output.Signed.Signer.Span))
                .Where(group => group.Count() == batch.Panel.Count).Select(group => group.First().Signed.Signer);
            foreach (ScoringMessage output in await AskAsync(
                Without(drawn, whole), ScoringMethods.Batch, [batch.Message], "batch", timetable.Outputs, cancellationToken).ConfigureAwait(false))
            {
                clinic.AcceptOutputs(output);
            }
        }

        progress?.Report("seeds");
        IReadOnlyList<ScoringMessage> commits = await clinic.CommitAsync().ConfigureAwait(false);
        transcript.AddRange(clinic.Outputs);
        transcript.AddRange(commits);
        if (commits.Count > 0)
        {
            await FinishAsync(drawn, commits, progress, cancellationToken).ConfigureAwait(false);
        }

        return new OrganicScoringResult(ScoringFault.None, new ScoringTranscript(clinic.Beacon!, transcript), clinic.Findings, unreachable);
    }

    private async Task<(ScoringMessage Window, long Height)> AnchorAsync(CancellationToken cancellationToken)
    {
        ScoringMessage window = await clinic.OpenWindowAsync().ConfigureAwait(false);
        await anchor(cancellationToken).ConfigureAwait(false);
        ScoringAnchor anchored = await chain.AnchorAsync(logOrigin, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"the ledger has no anchor of '{logOrigin}' although one was put there");
        window = window with { Attachments = [.. window.Attachments, WindowAnchor.Build(logFiles, logOrigin, clinic.WindowEntry!, anchored.Size).Write()] };
        clinic.KeepAnchor(window, anchored.Height);
        return (window, anchored.Height);
    }

    private async Task FinishAsync(ScoringPeer[] drawn, IReadOnlyList<ScoringMessage> commits, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        TimeSpan step = timetable.Seeds - timetable.Commit;
        if (clinic.Openings.Count == 0)
        {
            foreach (ScoringMessage seed in await AskAsync(
                Without(drawn, clinic.SeedOpenings.Select(seed => seed.Signed.Signer)), ScoringMethods.Commit, commits, "commit", step, cancellationToken).ConfigureAwait(false))
            {
                clinic.AcceptSeedOpening(seed);
            }
        }

        transcript.AddRange(clinic.SeedOpenings);
        progress?.Report("openings");
        IReadOnlyList<ScoringMessage> openings = await clinic.OpenAsync().ConfigureAwait(false);
        transcript.AddRange(openings);
        if (openings.Count == 0)
        {
            return;
        }

        ScoringMessage[] handed = [.. clinic.SeedOpenings, .. clinic.Outputs, .. openings];
        IReadOnlyList<ScoringMessage> scores = await AskAsync(drawn, ScoringMethods.Open, handed, "open", timetable.Open, cancellationToken).ConfigureAwait(false);
        transcript.AddRange(scores.Where(score => PublicScore.TryRead(score) is not null));
    }

    private static ScoringPeer[] Without(IReadOnlyList<ScoringPeer> asked, IEnumerable<ReadOnlyMemory<byte>> answered)
    {
        HashSet<string> done = [.. answered.Select(key => Convert.ToHexStringLower(key.Span))];
        return [.. asked.Where(peer => !done.Contains(Convert.ToHexStringLower(peer.Hotkey.Span)))];
    }

    /// <summary>Sends messages to peers at the same time and joins what they answer; who fails is noted and left out.</summary>
    private async Task<IReadOnlyList<ScoringMessage>> AskAsync(
        IReadOnlyList<ScoringPeer> asked,
        GrpcMethod<ScoringChunk, ScoringChunk> method,
        IReadOnlyList<ScoringMessage> messages,
        string step,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<ScoringMessage>[] answers = await Task.WhenAll(asked.Select(AskOneAsync)).ConfigureAwait(false);
        return [.. answers.SelectMany(answer => answer)];

        async Task<IReadOnlyList<ScoringMessage>> AskOneAsync(ScoringPeer peer)
        {
            try
            {
                return await ExchangeAsync(peer, method, messages, limit, cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException)
            {
                lock (gate)
                {
                    unreachable.Add((peer.Hotkey, step));
                }

                return [];
            }
        }
    }

    private static async Task<IReadOnlyList<ScoringMessage>> ExchangeAsync(
        ScoringPeer peer, GrpcMethod<ScoringChunk, ScoringChunk> method, IReadOnlyList<ScoringMessage> messages, TimeSpan limit, CancellationToken cancellationToken)
    {
        const long MostBytes = 1L << 30;
        GrpcCallOptions options = GrpcCallOptions.None with { Timeout = limit, Limits = new GrpcLimits(4 << 20, MostBytes) };
        GrpcCall<ScoringChunk, ScoringChunk> call = peer.Channel.Start(method, options, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            foreach (ScoringChunk chunk in ScoringChunks.Split(messages))
            {
                await call.WriteAsync(chunk).ConfigureAwait(false);
            }

            call.CompleteRequests();
            ScoringAssembler assembler = new(MostBytes, signer => signer.Span.SequenceEqual(peer.Hotkey.Span));
            await foreach (ScoringChunk chunk in call.ReadAllAsync().ConfigureAwait(false))
            {
                if (!assembler.TryTake(chunk))
                {
                    throw new GrpcException(GrpcStatusCode.Internal, "the validator's answer is malformed");
                }
            }

            return assembler.IsComplete ? assembler.Messages : throw new GrpcException(GrpcStatusCode.Internal, "the validator's answer ends too early");
        }
    }
}
