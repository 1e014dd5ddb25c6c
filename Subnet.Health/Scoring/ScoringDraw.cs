namespace Subnet.Health.Scoring;

/// <summary>Whether a batch is what window and beacon leave: nobody chose its cases or its validators.</summary>
internal static class ScoringDraw
{
    /// <summary>Checks cases, miners and validators of a batch.</summary>
    /// <param name="window">The window.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="beacon">The beacon as the checker knows it.</param>
    /// <param name="validator">A validator that must be drawn; empty where none must.</param>
    public static ScoringFault Check(ScoreWindow window, ScoreBatchOpen batch, ScoringBeacon beacon, ReadOnlySpan<byte> validator)
    {
        bool samePanel = batch.Panel.Count == window.Panel.Count && batch.Panel.Zip(window.Panel).All(pair =>
            pair.First.Miner.Span.SequenceEqual(pair.Second.Miner.Span) && pair.First.Card.Span.SequenceEqual(pair.Second.Card.Span));
        bool sameCases = batch.Cases.Count <= window.Cases.Count
            && ScoringEvents.Order(beacon.Hash, window.Cases).Take(batch.Cases.Count).Zip(batch.Cases).All(pair => pair.First.Events.SequenceEqual(pair.Second.Events));
        bool allowed = batch.Seeds.All(seed => beacon.Validators.Any(key => key.Span.SequenceEqual(seed.Validator.Span)));
        IReadOnlyList<SeedCommitment> drawn = batch.Drawn(beacon.Hash);
        bool isDrawn = validator.IsEmpty;
        foreach (SeedCommitment seed in drawn)
        {
            isDrawn |= seed.Validator.Span.SequenceEqual(validator);
        }

        return batch.Height == beacon.Height && samePanel && sameCases && allowed && isDrawn && drawn.Count == batch.ValidatorCount
            ? ScoringFault.None
            : ScoringFault.NotTheDraw;
    }
}
