namespace Subnet.Health.Scoring;

/// <summary>A case as its clinic knows it: what each miner of the panel was asked and said, and what happened. Never leaves the clinic in the clear.</summary>
/// <param name="Predictions">For each miner of the panel, in its order, what was committed when the result arrived.</param>
/// <param name="Label">The outcome: 0 or 1, for several classes the number of the true one.</param>
internal sealed record ScoringCase(IReadOnlyList<PredictionCommitment> Predictions, byte Label)
{
    /// <summary>The case's events.</summary>
    public ScoringCaseEvents Events { get; } = new([.. Predictions.Select(prediction => prediction.Event)]);
}

/// <summary>Which cases were scored: none is scored twice, also across restarts, since the difference of two batches would say much of one patient.</summary>
internal interface IScoredCases
{
    /// <summary>Whether a case was drawn before.</summary>
    bool Contains(string key);

    /// <summary>Marks all cases of a batch, durably; false, and none is marked, where one was marked before by another batch.</summary>
    bool TryMark(ReadOnlyMemory<byte> batch, IReadOnlyList<string> keys);
}

/// <summary>A validator's seeds, durable: a slot has one seed, and one seed serves one batch.</summary>
internal interface IScoringSeeds
{
    /// <summary>The seed of a slot: new and stored before it is returned, or the stored one.</summary>
    byte[] SeedOf(ReadOnlyMemory<byte> window);

    /// <summary>Binds a slot to the block that anchors it, and so to one beacon, durably; false where it is bound to another one.</summary>
    bool TryAnchor(ReadOnlyMemory<byte> window, long height);

    /// <summary>Binds a slot to the statement of the one batch it serves, durably; false where it is bound to another one.</summary>
    bool TryBind(ReadOnlyMemory<byte> window, ReadOnlyMemory<byte> batchStatement);
}
