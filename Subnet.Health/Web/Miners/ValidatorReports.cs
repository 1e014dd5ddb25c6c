using System.Globalization;
using Subnet.Crypto.Identity;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;

namespace Subnet.Health.Web.Miners;

/// <summary>
/// Reports from a validator's store, whether the validator runs or not. Only epochs that were judged are looked at: what is planned or running would tell miners which
/// queries are audits. Predictions stay closed; quality is what the validator measured of them when it scored.
/// </summary>
/// <param name="validator">Address or name of the validator.</param>
/// <param name="store">Its store.</param>
internal sealed class ValidatorReports(string validator, ValidatorStore store) : IMinerReports
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop)
    {
        ILookup<string, StoredScore> scores = store.Scores(netuid).ToLookup(static s => Key(s.Miner, s.Card), StringComparer.Ordinal);
        ILookup<string, StoredQuality> qualities = store.Qualities(netuid).ToLookup(static q => Key(q.Miner, q.Card), StringComparer.Ordinal);
        DuplicateFinding[] copies = [.. store.Duplicates(netuid).Where(static d => d.IsDuplicate)];
        IEnumerable<StoredVerdict> newest = store.Verdicts(netuid).GroupBy(static v => Key(v.Miner, v.Card), StringComparer.Ordinal).Select(static g => g.MaxBy(static v => v.Epoch)!);
        return Task.Run<IReadOnlyList<MinerReport>>(
            () => [.. newest.Select(verdict =>
            {
                string key = Key(verdict.Miner, verdict.Card), address = Ss58Address.Encode(verdict.Miner);
                return Report(verdict, address, scores[key].FirstOrDefault(), qualities[key].FirstOrDefault(), copies.FirstOrDefault(d => d.Copy == address));
            })],
            stop);
    }

    private static string Key(byte[] miner, byte[] card) => Convert.ToHexStringLower(miner) + Convert.ToHexStringLower(card);

    private static Estimate? Around(double value, double halfWidth) => double.IsNaN(value) ? null : Estimate.Around(value, double.IsNaN(halfWidth) ? 0 : halfWidth);

    private MinerReport Report(StoredVerdict verdict, string miner, StoredScore? score, StoredQuality? measured, DuplicateFinding? copy)
    {
        Challenge[] judged =
        [
            .. store.ChallengesOf(verdict.Netuid, verdict.Card)
                .Where(c => c.Miner.AsSpan().SequenceEqual(verdict.Miner) && c.Epoch == verdict.Epoch && (store.FindPlan(c.Netuid, c.Epoch)?.IsClosed ?? false)),
        ];
        Challenge[] answered = [.. judged.Where(static c => c.State == ChallengeState.Answered)];
        PredictionQuality? quality = measured?.Quality;
        return new MinerReport(
            validator,
            miner,
            Convert.ToHexStringLower(verdict.Card),
            verdict.Epoch,
            quality?.Count ?? 0,
            quality is null ? null : Around(quality.Auc, quality.AucHalfWidth),
            quality is null ? null : Around(quality.Brier, quality.BrierHalfWidth),
            measured?.Calibration ?? [],
            [.. answered.Select(static c => c.LatencyMs)],
            verdict.Passes ? "valid" : verdict.Code,
            copy?.Owner,
            score?.Score.Value ?? 0,
            [.. Reasons(verdict, judged, answered, measured, score, copy, store.Organic(verdict.Netuid, verdict.Epoch, verdict.Miner, verdict.Card))]);
    }

    private static IEnumerable<string> Reasons(
        StoredVerdict verdict, Challenge[] judged, Challenge[] answered, StoredQuality? measured, StoredScore? score, DuplicateFinding? copy, double? organic)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        yield return string.Create(culture, $"{answered.Length} of {judged.Length} queries of epoch {verdict.Epoch} were answered with a receipt.");
        yield return verdict.Passes
            ? string.Create(culture, $"Its answers were proved against the registered commitment; {verdict.Signatures.Length / 96} validators signed the verdict.")
            : string.Create(culture, $"The verdict is {verdict.Code}, signed by {verdict.Signatures.Length / 96} validators: nothing of the epoch counts.");
        if (measured?.Quality is { } known)
        {
            yield return string.Create(
                culture, $"Over {known.Count} labelled rows the Brier score is {known.Brier:0.0000}; the quality is 1 - 4 x that, {Math.Clamp(1 - (4 * known.Brier), 0, 1):0.0000}.");
        }

        if (organic is { } real)
        {
            yield return string.Create(culture, $"On real outcomes, scored under encryption, its quality is {real:0.0000}; the mean of both is taken.");
        }

        if (measured is not null)
        {
            yield return string.Create(culture, $"Availability and latency, in classes, multiply it by {measured.Service:0.##}.");
        }

        if (score is not null)
        {
            yield return string.Create(culture, $"A fifth of the epoch's quality enters the smoothed score, {score.Score.Value:0.0000} after {score.Score.AuditedEpochs} audited epochs.");
        }

        if (copy is not null)
        {
            yield return string.Create(
                culture, $"Its answers equal those of {copy.Owner} on all {copy.Compared} rows compared; that one's commitment is older, so it alone is rewarded.");
        }
    }
}
