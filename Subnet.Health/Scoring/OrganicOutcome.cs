namespace Subnet.Health.Scoring;

/// <summary>What a batch says of one miner.</summary>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">Its card: scores belong to both.</param>
/// <param name="Quality">0 to 1, larger is better; null where the batch says nothing of it.</param>
/// <param name="Fault">Why the quality is a median or missing.</param>
/// <param name="ClinicOwesFee">Whether the clinic did not open: it is charged, and the miner gets the batch's median.</param>
internal sealed record OrganicOutcome(
    ReadOnlyMemory<byte> Miner, ReadOnlyMemory<byte> Card, double? Quality, ScoringFault Fault, bool ClinicOwesFee)
{
    /// <summary>
    /// Outcomes of a batch whose deadlines have passed. Where a clinic left an opening out, or opened something that does not hold, the miner gets the median of the
    /// batch's scores, so that a clinic that dislikes a score gains nothing by hiding it; without any score it gets none.
    /// </summary>
    public static IReadOnlyList<OrganicOutcome> Of(
        ScoreBatchOpen batch, IReadOnlyDictionary<string, PublicScore> scores, IReadOnlyList<ScoringFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(findings);
        double[] qualities = [.. scores.Values.Select(score => batch.Publication.Quality(batch.Measure.Kind, score.Value, batch.Patients)).Order()];
        double? median = qualities.Length == 0 ? null : (qualities[(qualities.Length - 1) / 2] + qualities[qualities.Length / 2]) / 2;
        return [.. batch.Panel.Select(miner => Of(batch, miner, scores, findings, median))];
    }

    private static OrganicOutcome Of(
        ScoreBatchOpen batch, PanelMiner miner, IReadOnlyDictionary<string, PublicScore> scores, IReadOnlyList<ScoringFinding> findings, double? median)
    {
        if (scores.TryGetValue(Convert.ToHexStringLower(miner.Miner.Span), out PublicScore? score))
        {
            return new OrganicOutcome(
                miner.Miner, miner.Card, batch.Publication.Quality(batch.Measure.Kind, score.Value, batch.Patients), ScoringFault.None, ClinicOwesFee: false);
        }

        // A validator's fault is not the clinic's: then it must not open. Nor is it the clinic's that this validator answered too late, or that the draw left nothing to compare.
        ScoringFinding? finding = findings.LastOrDefault(found => found.Miner.Span.SequenceEqual(miner.Miner.Span));
        bool isClinics = finding is not ({ Fault: ScoringFault.SeedWithheld or ScoringFault.OutputsDiffer or ScoringFault.NothingToCompare } or { Fault: ScoringFault.OwnOutputsLeftOut, Party.IsEmpty: true });
        return finding is not null && !isClinics
            ? new OrganicOutcome(miner.Miner, miner.Card, null, finding.Fault, ClinicOwesFee: false)
            : new OrganicOutcome(miner.Miner, miner.Card, median, finding?.Fault ?? ScoringFault.OpeningMissing, ClinicOwesFee: true);
    }
}
