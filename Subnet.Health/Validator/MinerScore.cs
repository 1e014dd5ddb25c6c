namespace Subnet.Health.Validator;

/// <summary>
/// One miner's score for one card as it develops over epochs (protocol 6): challenge quality, 0 without a valid verdict, joined with organic scores and smoothed
/// exponentially. A new card starts at the lower of its predecessor's score and the median, and needs one full audited epoch. Immutable.
/// </summary>
/// <param name="Value">The smoothed score, 0 to 1.</param>
/// <param name="AuditedEpochs">Full epochs with a valid verdict under this card.</param>
internal sealed record MinerScore(double Value, int AuditedEpochs)
{
    /// <summary>Share of the new epoch in the smoothed score.</summary>
    public const double Smoothing = 0.2;

    /// <summary>The score of a hotkey's first card: nothing yet.</summary>
    public static MinerScore Initial { get; } = new(0, 0);

    /// <summary>Whether emission may depend on it.</summary>
    public bool Counts => AuditedEpochs > 0;

    /// <summary>The start of a new card: no better than its predecessor and no better than the middle of the field.</summary>
    public static MinerScore ForNewCard(MinerScore predecessor, double median)
    {
        ArgumentNullException.ThrowIfNull(predecessor);
        return new MinerScore(Math.Min(predecessor.Value, median), 0);
    }

    /// <summary>The score after an epoch.</summary>
    /// <param name="hasValidVerdict">Whether the epoch's audit ended in a valid verdict.</param>
    /// <param name="challenge">Quality on labelled rows, 0 to 1.</param>
    /// <param name="organic">Quality on real outcomes, 0 to 1; null where no batch was scored.</param>
    /// <param name="service">Latency and availability as a factor, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part outside 0 to 1.</exception>
    public MinerScore After(bool hasValidVerdict, double challenge, double? organic, double service)
    {
        foreach (double part in new[] { challenge, organic ?? 0, service })
        {
            if (!(part >= 0 && part <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(challenge), part, "every part of a score is in 0 to 1");
            }
        }

        double quality = organic is { } known ? (challenge + known) / 2 : challenge;
        double epoch = hasValidVerdict ? quality * service : 0;
        return new MinerScore(Value + (Smoothing * (epoch - Value)), AuditedEpochs + (hasValidVerdict ? 1 : 0));
    }
}
