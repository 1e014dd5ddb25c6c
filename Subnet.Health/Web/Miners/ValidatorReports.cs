using System.Globalization;
using Subnet.Crypto.Identity;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Miners;

/// <summary>The predictions for labelled rows among some challenges, each with its outcome; empty where they cannot be opened here.</summary>
/// <param name="netuid">The subnet.</param>
/// <param name="card">Hash of the card, 32 bytes.</param>
/// <param name="challenges">Answered challenges of epochs that were judged.</param>
internal delegate IReadOnlyList<(double Probability, bool Outcome)> OpenPredictions(ushort netuid, byte[] card, IReadOnlyList<Challenge> challenges);

/// <summary>
/// Reports from a validator's store. Only epochs that were judged are looked at: what is planned or running would tell miners which queries are audits.
/// </summary>
/// <param name="validator">Address of the validator.</param>
/// <param name="store">Its store.</param>
/// <param name="predictions">Opens predictions where cards and labelled rows are at hand; null where they are not.</param>
internal sealed class ValidatorReports(string validator, ValidatorStore store, OpenPredictions? predictions) : IMinerReports
{
    private const int Bins = 10;
    private const double Z95 = 1.959963984540054;

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop)
    {
        Dictionary<string, StoredScore> scores = store.Scores(netuid).ToDictionary(static s => Convert.ToHexStringLower(s.Card), StringComparer.Ordinal);
        IEnumerable<StoredVerdict> newest = store.Verdicts(netuid).GroupBy(static v => Convert.ToHexStringLower(v.Card), StringComparer.Ordinal).Select(static g => g.MaxBy(static v => v.Epoch)!);
        return Task.Run<IReadOnlyList<MinerReport>>(() => [.. newest.Select(verdict => Report(verdict, scores.GetValueOrDefault(Convert.ToHexStringLower(verdict.Card))))], stop);
    }

    /// <summary>Predictions against outcomes in ten bins of equal width, each with Wilson's 95 % interval.</summary>
    internal static IReadOnlyList<CalibrationBin> Calibrate(IReadOnlyList<(double Probability, bool Outcome)> rows) =>
    [
        .. rows.GroupBy(static r => Math.Min(Bins - 1, (int)(r.Probability * Bins))).OrderBy(static g => g.Key).Select(static g =>
        {
            double n = g.Count(), observed = g.Count(static r => r.Outcome) / n, z2 = Z95 * Z95 / n;
            double centre = (observed + (z2 / 2)) / (1 + z2), half = Z95 * Math.Sqrt((observed * (1 - observed) / n) + (z2 / (4 * n))) / (1 + z2);
            return new CalibrationBin(g.Average(static r => r.Probability), observed, Math.Max(0, centre - half), Math.Min(1, centre + half), (int)n);
        }),
    ];

    private MinerReport Report(StoredVerdict verdict, StoredScore? score)
    {
        Challenge[] judged =
        [
            .. store.ChallengesOf(verdict.Netuid, verdict.Card).Where(c => c.Epoch <= verdict.Epoch && (store.FindPlan(c.Netuid, c.Epoch)?.IsClosed ?? false)),
        ];
        Challenge[] answered = [.. judged.Where(static c => c.State == ChallengeState.Answered)];
        IReadOnlyList<(double Probability, bool Outcome)> rows = predictions?.Invoke(verdict.Netuid, verdict.Card, answered) ?? [];
        PredictionQuality? quality = rows.Count == 0 ? null : PredictionQuality.Measure([.. rows.Select(static r => r.Probability)], [.. rows.Select(static r => r.Outcome)]);
        return new MinerReport(
            validator,
            Ss58Address.Encode(verdict.Miner),
            Convert.ToHexStringLower(verdict.Card),
            verdict.Epoch,
            answered.Where(static c => c.Kind == ChallengeKind.Labelled).Sum(static c => c.Labels.Length),
            quality is { } q && !double.IsNaN(q.Auc) ? Estimate.Around(q.Auc, double.IsNaN(q.AucHalfWidth) ? 0 : q.AucHalfWidth) : null,
            quality is { } b ? Estimate.Around(b.Brier, double.IsNaN(b.BrierHalfWidth) ? 0 : b.BrierHalfWidth) : null,
            Calibrate(rows),
            [.. answered.Where(c => c.Epoch == verdict.Epoch).Select(static c => c.LatencyMs)],
            verdict.Passes ? "valid" : verdict.Code,
            null,
            score?.Score.Value ?? 0,
            [.. Reasons(verdict, judged, quality, score)]);
    }

    private static IEnumerable<string> Reasons(StoredVerdict verdict, Challenge[] judged, PredictionQuality? quality, StoredScore? score)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        Challenge[] now = [.. judged.Where(c => c.Epoch == verdict.Epoch)];
        yield return string.Create(culture, $"{now.Count(static c => c.State == ChallengeState.Answered)} of {now.Length} queries of epoch {verdict.Epoch} were answered with a receipt.");
        yield return verdict.Passes
            ? string.Create(culture, $"Its answers were proved against the registered commitment; {verdict.Signatures.Length / 96} validators signed the verdict.")
            : string.Create(culture, $"The verdict is {verdict.Code}, signed by {verdict.Signatures.Length / 96} validators: nothing of the epoch counts.");
        if (quality is { } known)
        {
            yield return string.Create(culture, $"Over {known.Count} labelled rows the Brier score is {known.Brier:0.0000}; the quality is 1 - 4 x that, {Math.Clamp(1 - (4 * known.Brier), 0, 1):0.0000}.");
        }

        if (score is not null)
        {
            yield return string.Create(culture, $"A fifth of the epoch's quality enters the smoothed score, {score.Score.Value:0.0000} after {score.Score.AuditedEpochs} audited epochs.");
        }
    }
}
