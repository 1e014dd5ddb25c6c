using System.Collections.Concurrent;

namespace Subnet.Health.Clinic;

/// <summary>
/// The order in which miners are asked: by incentive, weighed down by the latency that this clinic saw and by recent failures. Safe for
/// concurrent use.
/// </summary>
internal sealed class MinerRanking(TimeProvider time)
{
    private const double Weight = 0.2;
    private const double UnknownMilliseconds = 20;
    private static readonly TimeSpan Penalty = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, double> latency = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> failed = new(StringComparer.Ordinal);

    /// <summary>The offers, the best first; a miner that failed in the last half minute comes after all that did not.</summary>
    public IReadOnlyList<MinerOffer> Order(IEnumerable<MinerOffer> offers)
    {
        DateTimeOffset now = time.GetUtcNow();
        return
        [
            .. offers
                .OrderBy(offer => failed.TryGetValue(offer.HotkeyHex, out DateTimeOffset since) && now - since < Penalty)
                .ThenByDescending(Merit)
                .ThenBy(offer => offer.Registered)
                .ThenBy(offer => offer.HotkeyHex, StringComparer.Ordinal),
        ];
    }

    /// <summary>A query was answered after so long.</summary>
    public void Answered(string hotkey, double milliseconds)
    {
        failed.TryRemove(hotkey, out _);
        latency.AddOrUpdate(hotkey, milliseconds, (_, before) => before + (Weight * (milliseconds - before)));
    }

    /// <summary>A query was not answered.</summary>
    public void Failed(string hotkey) => failed[hotkey] = time.GetUtcNow();

    // Twice the latency costs half the merit; a new subnet without incentives is ordered by latency and age.
    private double Merit(MinerOffer offer) => (offer.Incentive + 0.01) / (UnknownMilliseconds + latency.GetValueOrDefault(offer.HotkeyHex, UnknownMilliseconds));
}
