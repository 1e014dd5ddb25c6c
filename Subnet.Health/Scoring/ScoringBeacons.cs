namespace Subnet.Health.Scoring;

/// <summary>Beacons from the ledger.</summary>
internal static class ScoringBeacons
{
    /// <summary>The beacon of a window anchored at a height: waits for the block ten above.</summary>
    public static async Task<ScoringBeacon> OfAsync(IScoringChain chain, ushort netuid, long anchored, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chain);
        long height = anchored + ScoringSettings.BeaconDelay;
        await chain.WaitForHeightAsync(height, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> hash = await chain.BlockAsync(height, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"the ledger has reached height {height} and does not have the block");
        return new ScoringBeacon(height, hash, await chain.ValidatorsAsync(netuid, cancellationToken).ConfigureAwait(false));
    }
}
