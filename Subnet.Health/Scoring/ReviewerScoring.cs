using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// A reviewer's side of organic scoring (protocol 5): replays the transcript, counts the window against the clinic's log, and under the clinic's supervision has drawn cases
/// opened. What it opened is in its own log.
/// </summary>
internal sealed class ReviewerScoring(ScoringTranscript transcript, AuditRecorder recorder)
{
    private readonly ScoreWindow window = ScoreWindow.TryRead(transcript.Messages[0]) ?? throw new ArgumentException("the transcript has no window", nameof(transcript));
    private readonly ScoreBatchOpen batch = (transcript.Messages.Count > 1 ? ScoreBatchOpen.TryRead(transcript.Messages[1]) : null) ?? throw new ArgumentException("the transcript has no batch", nameof(transcript));

    /// <summary>Replays the transcript against the ledger's beacon.</summary>
    public ReplayReport Replay(ScoringBeacon beacon) => TranscriptReplay.Run(transcript, beacon);

    /// <summary>
    /// Cases that the window leaves out: queries of the clinic's log whose outcome was reported before the window and about which every miner of the panel was asked. A clinic
    /// that lists only what suits it is counted here.
    /// </summary>
    /// <param name="reported">For each such case its events in the panel's order.</param>
    /// <param name="scoredBefore">Keys of cases in earlier batches.</param>
    public IReadOnlyList<ScoringCaseEvents> LeftOut(IEnumerable<ScoringCaseEvents> reported, IReadOnlySet<string> scoredBefore)
    {
        ArgumentNullException.ThrowIfNull(reported);
        HashSet<string> listed = [.. window.Cases.Select(item => item.Key)];
        return [.. reported.Where(item => !listed.Contains(item.Key) && !scoredBefore.Contains(item.Key))];
    }

    /// <summary>
    /// What every patient has paid over several batches: the sum of the stated epsilons of the batches it was in (0 for rounded ones). A case in two batches is a fault by itself,
    /// since a clinic scores each once, ever; so no sum is above the epsilon of one batch.
    /// </summary>
    /// <param name="batches">The batches of a clinic.</param>
    /// <returns>The largest sum in thousandths, and the cases that are in more than one batch.</returns>
    public static (int LargestEpsilonThousandths, IReadOnlyList<string> ScoredTwice) Account(IEnumerable<ScoreBatchOpen> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);

        // By what was signed, not by the batch's name: a clinic chooses the name, and two batches under one must both count.
        ILookup<string, int> spent = batches.DistinctBy(batch => Convert.ToHexStringLower(batch.Message.Signed.Hash))
            .SelectMany(batch => batch.Cases.Select(item => (item.Key, batch.Publication.EpsilonThousandths)))
            .ToLookup(item => item.Key, item => item.EpsilonThousandths, StringComparer.Ordinal);
        return (spent.Select(group => group.Sum()).DefaultIfEmpty().Max(), [.. spent.Where(group => group.Count() > 1).Select(group => group.Key)]);
    }

    /// <summary>The cases to open: the first of the batch by a block that came after its scores were public.</summary>
    public IReadOnlyList<ScoringCaseEvents> DrawSamples(ReadOnlyMemory<byte> laterBeacon, int count) =>
        [.. ScoringEvents.Order(laterBeacon, batch.Cases).Take(count)];

    /// <summary>Checks an opened case, and logs that it was opened before looking.</summary>
    /// <param name="sample">What the clinic opens.</param>
    /// <param name="finish">From decrypted integers to the rounded calibrated probabilities, as the card says.</param>
    public async Task<SampleVerdict> CheckAsync(ScoringSample sample, Func<long[], byte[]> finish)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(finish);
        await recorder.RecordAsync("review.opened", new CanonicalObject { ["ref"] = sample.Prediction.Event }).ConfigureAwait(false);
        int place = batch.Cases.ToList().FindIndex(item => item.Events.Contains(sample.Prediction.Event));
        if (place < 0)
        {
            return SampleVerdict.NotInTheBatch;
        }

        if (!sample.Prediction.Hash.AsSpan().SequenceEqual(sample.LoggedPrediction.Span))
        {
            return SampleVerdict.NotTheLoggedPrediction;
        }

        byte[] request = KeylessQuery.RequestHash(sample.Query.BuildQuery());
        if (!request.AsSpan().SequenceEqual(sample.LoggedRequest.Span) || !KeylessQuery.RequestHash(sample.Reply.Span).AsSpan().SequenceEqual(sample.LoggedReply.Span))
        {
            return SampleVerdict.NotTheLoggedQuery;
        }

        Audit? read = sample.Query.Read(request, sample.Reply.Span);
        return read is not null && finish(read.Answers(sample.Row).ToArray()).AsSpan().SequenceEqual(sample.Prediction.Prediction.Span)
            ? CheckCiphertexts(sample, place)
            : SampleVerdict.NotWhatTheReplySays;
    }

    /// <summary>
    /// Whether the batch's ciphertexts hold this prediction and this outcome. Log, query and reply may all fit while the clinic encrypted something better for a friend.
    /// </summary>
    private SampleVerdict CheckCiphertexts(ScoringSample sample, int place)
    {
        using ScoringSecret? secret = ScoringKeys.TryParse(batch.KeyBytes.Span) is { } keys ? ScoringSecret.TryOpen(keys, sample.BatchSecret.Span) : null;
        if (secret is null)
        {
            return SampleVerdict.NotTheBatchsKey;
        }

        ScoringSecret shown = secret;
        ScoringMeasure measure = batch.Measure;
        int miner = batch.Cases[place].Events.ToList().IndexOf(sample.Prediction.Event);
        (int block, int slot) = Math.DivRem(place, batch.Patients / batch.Blocks);

        // In the first layout of pairs patient i stands in the slots 128 i to 128 i + 127, all checked to be equal under encryption.
        slot *= measure.Kind == ScoringKind.Pairs ? ScoringBatch.PairwisePatients : 1;
        ulong[] Read(IEnumerable<ReadOnlyMemory<byte>> planes, int count) => [.. planes.Take(count)
            .Select(bytes => ScoringInput.TryParse(measure.Set, bytes.Span) is { } plane ? shown.ReadSlot(plane, slot) : ulong.MaxValue)];

        // Behind the patients every plane is empty; the checks under encryption see bits there and cannot see that they are nobody's.
        int used = measure.Kind == ScoringKind.Pairs ? measure.Set.Parameters.PolyModulusDegree : batch.Patients;
        bool isEmptyBehind = batch.PredictionBytes(miner, block).Concat(batch.LabelBytes(block))
            .All(bytes => ScoringInput.TryParse(measure.Set, bytes.Span) is { } plane && shown.IsZeroFrom(plane, used));
        IEnumerable<ulong> predicted = sample.Prediction.Prediction.ToArray().SelectMany(p => Enumerable.Range(8 - measure.Bits, measure.Bits).Select(bit => (ulong)((p >> bit) & 1)));
        IEnumerable<ulong> happened = measure.Kind == ScoringKind.Argmax
            ? Enumerable.Range(0, measure.Classes).Select(c => c == sample.Label ? 1UL : 0UL)
            : [sample.Label];
        return isEmptyBehind && predicted.SequenceEqual(Read(batch.PredictionBytes(miner, block), measure.Classes * measure.Bits)) && happened.SequenceEqual(Read(batch.LabelBytes(block), measure.Classes))
            ? SampleVerdict.Holds
            : SampleVerdict.NotWhatWasEncrypted;
    }
}

/// <summary>One case as its clinic opens it to a reviewer.</summary>
/// <param name="Prediction">Event, salt and rounded probability.</param>
/// <param name="LoggedPrediction"><c>pred</c> of the clinic's entry <c>result.received</c>.</param>
/// <param name="Query">Master seed and rows of the query, and the card's model.</param>
/// <param name="Row">The patient's row.</param>
/// <param name="LoggedRequest">Hash of the query in that entry.</param>
/// <param name="Reply">The reply's bytes.</param>
/// <param name="LoggedReply">Hash of the reply in that entry.</param>
/// <param name="Label">The outcome: 0 or 1, for several classes the number of the true one. That it is what happened the reviewer sees in the patient's record.</param>
/// <param name="BatchSecret">The batch's secret key, as <see cref="ClinicScoring.SecretForReview"/> shows it.</param>
internal sealed record ScoringSample(
    PredictionCommitment Prediction,
    ReadOnlyMemory<byte> LoggedPrediction,
    PlannedAudit Query,
    int Row,
    ReadOnlyMemory<byte> LoggedRequest,
    ReadOnlyMemory<byte> Reply,
    ReadOnlyMemory<byte> LoggedReply,
    byte Label,
    ReadOnlyMemory<byte> BatchSecret);

/// <summary>What a reviewer says of an opened case.</summary>
internal enum SampleVerdict
{
    /// <summary>No verdict was reached; never returned.</summary>
    None,

    /// <summary>Log, query, reply, prediction, outcome and ciphertexts fit.</summary>
    Holds,

    /// <summary>The case is not in the batch.</summary>
    NotInTheBatch,

    /// <summary>Salt and prediction are not what was logged when the result arrived.</summary>
    NotTheLoggedPrediction,

    /// <summary>Seed and rows give another query, or the reply is another one.</summary>
    NotTheLoggedQuery,

    /// <summary>The reply decrypts to another prediction.</summary>
    NotWhatTheReplySays,

    /// <summary>The key that was shown is not that of the batch.</summary>
    NotTheBatchsKey,

    /// <summary>The batch's ciphertexts hold another prediction or outcome, or something behind the patients.</summary>
    NotWhatWasEncrypted,
}
