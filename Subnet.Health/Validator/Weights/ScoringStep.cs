using System.Globalization;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Models.Rows;
using Subnet.Health.Review.Entries;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator.Weights;

/// <summary>What a validator measured of a miner under one card.</summary>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">The card, 32 bytes.</param>
/// <param name="Quality">Over every labelled row answered so far; null where none was.</param>
/// <param name="Answered">Queries of the epoch that were answered.</param>
/// <param name="Sent">Queries of the epoch that were sent; what a validator had no token for is no miner's silence.</param>
/// <param name="MedianLatencyMs">Of the answered ones; NaN for none.</param>
internal sealed record MinerMeasurement(byte[] Miner, byte[] Card, PredictionQuality? Quality, int Answered, int Sent, double MedianLatencyMs)
{
    /// <summary>The rows of <see cref="Quality"/> in bins.</summary>
    public IReadOnlyList<CalibrationBin> Calibration { get; init; } = [];
}

/// <summary>
/// From answers and verdicts to smoothed scores (protocol 6). Quality counts only behind a verdict that three signed; latency and availability enter in classes, so
/// that the noise of a machine does not move weights.
/// </summary>
internal sealed class ScoringStep(ValidatorParts parts)
{
    /// <summary>Median time of an answer, milliseconds, up to which nothing is taken off.</summary>
    public const double FastMs = 2_000;

    private const double Slow = 0.8;
    private const double VerySlow = 0.5;

    /// <summary>Brings the scores of a subnet up to an epoch that was judged.</summary>
    public async Task RunAsync(ushort netuid, ulong epoch, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredScore> before = parts.Store.Scores(netuid);
        Dictionary<string, StoredVerdict> verdicts = parts.Store.Verdicts(netuid)
            .Where(verdict => verdict.Epoch == epoch && StoredVerdictSignatures.IsAgreed(verdict))
            .ToDictionary(verdict => Convert.ToHexStringLower(verdict.Card), StringComparer.Ordinal);

        // A card that was retired before its verdict falls by it like any other: what its miner registers next starts from there.
        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(netuid, verdicts.Values.Select(verdict => verdict.Card), cancellationToken).ConfigureAwait(false);
        double median = MedianOf(before, served.Select(model => Convert.ToHexStringLower(model.Neuron.Hotkey.ToArray())).ToHashSet(StringComparer.Ordinal));
        foreach (ServedCard model in served)
        {
            byte[] card = model.Card.Hash.ToArray();
            if (!verdicts.TryGetValue(Convert.ToHexStringLower(card), out StoredVerdict? verdict)
                || before.Any(score => score.Epoch >= epoch && score.Card.AsSpan().SequenceEqual(card)))
            {
                continue;
            }

            MinerMeasurement measured = Measure(netuid, epoch, model);
            MinerScore previous = Previous(before, model.Neuron.Hotkey.ToArray(), card, median);
            MinerScore score = previous.After(
                verdict.Passes,
                measured.Quality is { } quality ? ChallengeQuality(quality) : 0,
                parts.Store.Organic(netuid, epoch, measured.Miner, card),
                ServiceFactor(measured));
            byte[] statement = Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"subnet-miner-score/1\n{netuid} {epoch} {Convert.ToHexStringLower(measured.Miner)} {Convert.ToHexStringLower(card)} {score.Value:R} {score.AuditedEpochs}\n"));
            await ValidatorEntries.RecordAsync(
                parts.Recorder, ValidatorEntries.Score, "miner", measured.Miner, epoch, statement, verdict.Statement).ConfigureAwait(false);
            parts.Store.PutQuality(new StoredQuality(netuid, epoch, measured.Miner, card, measured.Quality, measured.Calibration, ServiceFactor(measured)));
            parts.Store.PutScore(new StoredScore(netuid, measured.Miner, card, score, epoch));
        }
    }

    /// <summary>
    /// Brier's score turned to 0 for always saying one half and 1 for never being wrong. It is proper: no other answer than the true probability does better in the
    /// mean. Relative to the base rate it would be steeper, but from the few rows of an epoch the base rate of a rare outcome is mostly noise.
    /// </summary>
    public static double ChallengeQuality(PredictionQuality quality) => Math.Clamp(1 - (4 * quality.Brier), 0, 1);

    /// <summary>Latency and availability as a factor: three classes of each, wide enough not to depend on the machine.</summary>
    public static double ServiceFactor(MinerMeasurement measured)
    {
        double availability = measured.Sent == 0 ? 0 : (double)measured.Answered / measured.Sent;
        double available = availability >= 0.95 ? 1 : availability >= 0.8 ? Slow : availability > 0 ? VerySlow : 0;
        double fast = measured.MedianLatencyMs <= FastMs ? 1 : measured.MedianLatencyMs <= 8_000 ? Slow : VerySlow;
        return available * fast;
    }

    /// <summary>What the validator knows of a miner's card up to an epoch.</summary>
    public MinerMeasurement Measure(ushort netuid, ulong epoch, ServedCard model)
    {
        byte[] card = model.Card.Hash.ToArray();
        Challenge[] all = [.. parts.Store.ChallengesOf(netuid, card).Where(challenge => challenge.Epoch <= epoch)];
        Challenge[] now = [.. all.Where(challenge => challenge.Epoch == epoch)];
        double[] latencies = [.. now.Where(challenge => challenge.State == ChallengeState.Answered).Select(challenge => challenge.LatencyMs).Order()];
        IReadOnlyList<(int Row, double Probability, bool Outcome)> predictions = Predictions(netuid, model.Card, all);
        return new MinerMeasurement(
            model.Neuron.Hotkey.ToArray(),
            card,
            predictions.Count == 0
                ? null
                : PredictionQuality.Measure([.. predictions.Select(prediction => prediction.Probability)], [.. predictions.Select(prediction => prediction.Outcome)]),
            latencies.Length,
            now.Count(challenge => challenge.State != ChallengeState.Planned),
            latencies.Length == 0 ? double.NaN : latencies[latencies.Length / 2])
        {
            Calibration = Calibration.Of(predictions.Select(static prediction => (prediction.Probability, prediction.Outcome))),
        };
    }

    /// <summary>The decrypted predictions for labelled rows, each with its row and outcome.</summary>
    public IReadOnlyList<(int Row, double Probability, bool Outcome)> Predictions(ushort netuid, CardClient card, IEnumerable<Challenge> challenges)
    {
        if (parts.Labelled.GetValueOrDefault(netuid) is not { } labelled)
        {
            return [];
        }

        RowBatch all = labelled.For(card.Inputs.Select(input => input.Column));
        List<(int, double, bool)> predictions = [];
        foreach (Challenge challenge in challenges.Where(challenge => challenge is { Kind: ChallengeKind.Labelled, State: ChallengeState.Answered }))
        {
            using PreparedRows rows = card.Prepare(RowSelection.Take(all, challenge.Labels));
            try
            {
                ScoredRow[] scored = Decrypt(card, rows, challenge);
                predictions.AddRange(scored.Select((row, i) => (challenge.Labels[i], ProbabilityOf(row), labelled.Outcomes[challenge.Labels[i]])));
            }
            catch (CircuitException)
            {
                // A reply that does not decrypt says nothing: every row of it was as wrong as can be.
                predictions.AddRange(challenge.Labels.Select(row => (row, labelled.Outcomes[row] ? 0.0 : 1.0, labelled.Outcomes[row])));
            }
        }

        return predictions;
    }

    private static ScoredRow[] Decrypt(CardClient card, PreparedRows rows, Challenge challenge)
    {
        if (!card.IsUnderKeys)
        {
            using PendingQuery pending = card.Encrypt(rows, challenge.Master);
            return pending.Decrypt(challenge.Reply);
        }

        // The receipt, checked when it came, names the query's hash; making the query again would take its keys.
        byte[] request = Convert.FromHexString(ReceiptStatement.Parse(CanonicalJsonReader.Read(challenge.Receipt)).In);
        PlannedForestAudit asked = new(AuditedForest.Of(card.Card), challenge.Master, challenge.Keys, challenge.Rows);
        return asked.TryDecrypt(request, challenge.Reply, out long[] answers)
            ? card.Finish(rows, answers)
            : throw new CircuitException("the reply does not decrypt to answers within the card's bound.");
    }

    /// <summary>The probability of the second class; a model without one is taken by its word.</summary>
    private static double ProbabilityOf(ScoredRow row) =>
        row.Probability is { } known && float.IsFinite(known) ? Math.Clamp(known, 0, 1) : row.Label == 2 ? 1 : 0;

    /// <summary>What a card's next score starts from: its own last one, else its miner's other card's and the median, else nothing.</summary>
    public static MinerScore Previous(IReadOnlyList<StoredScore> scores, byte[] miner, byte[] card, double median)
    {
        StoredScore? same = scores.FirstOrDefault(score => score.Card.AsSpan().SequenceEqual(card));

        // Of several that a miner serves at a time the lowest: a second card would else be a place to come back to.
        StoredScore? predecessor = scores.Where(score => score.Miner.AsSpan().SequenceEqual(miner))
            .OrderByDescending(score => score.Epoch).ThenBy(score => score.Score.Value).FirstOrDefault();
        return same is not null ? same.Score : predecessor is not null ? MinerScore.ForNewCard(predecessor.Score, median) : MinerScore.Initial;
    }

    /// <summary>The middle of the field: of each miner that serves now, the best of its newest scores; the lower one of two. What it retired, and who left, counts no more.</summary>
    /// <param name="scores">All scores of the subnet.</param>
    /// <param name="miners">Hotkeys that serve, lower-case hex.</param>
    public static double MedianOf(IEnumerable<StoredScore> scores, IReadOnlySet<string> miners)
    {
        double[] sorted =
        [
            .. scores.GroupBy(score => Convert.ToHexStringLower(score.Miner), StringComparer.Ordinal)
                .Where(group => miners.Contains(group.Key))
                .Select(group => group.OrderBy(score => score.Epoch).ThenBy(score => score.Score.Value).Last().Score.Value)
                .Order(),
        ];
        return sorted.Length == 0 ? 0 : sorted[(sorted.Length - 1) / 2];
    }
}
