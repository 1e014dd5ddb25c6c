namespace Subnet.Health.Validator.Verdicts;

/// <summary>
/// How long and how often a miner that does not answer is asked for its proof (protocol 4: one hour). Counted in blocks since the epoch began, so that a restart or a wrong clock
/// changes nothing, and every validator stops at the same height.
/// </summary>
/// <param name="block">Time between blocks, above zero.</param>
/// <param name="settings">What is allowed.</param>
internal sealed class ProofSchedule(TimeSpan block, ValidatorSettings settings)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The offset in the epoch at which a miner is asked for the last time: after the time allowed, and no later than leaves co-validators time, who sign in this epoch only. In an
    /// epoch that is shorter than that, once, one block after it began.
    /// </summary>
    public ulong LastOffset(EpochClock clock)
    {
        ulong signing = (ulong)Math.Ceiling(settings.SigningTime / block);
        return Math.Max(1, Math.Min((ulong)(settings.ProofAllowance / block), clock.Tempo - Math.Min(clock.Tempo, signing)));
    }

    /// <summary>Blocks until a miner is asked again: doubled each time, up to a minute.</summary>
    /// <param name="asked">How often it was asked, at least once.</param>
    public ulong PauseAfter(int asked)
    {
        ulong longest = Math.Max(1, (ulong)(LongestPause / block));
        return Math.Min(longest, 1UL << Math.Min(asked - 1, 32));
    }

    /// <summary>How long one asking waits. The first and the last are patient; those between stop nothing else for long where a miner takes connections and says nothing.</summary>
    /// <param name="asked">How often it was asked before.</param>
    /// <param name="isLast">Whether it is the last time.</param>
    public TimeSpan TimeoutOf(int asked, bool isLast) => asked == 0 || isLast ? settings.ProofTimeout : settings.ProofTimeout / 4;
}
