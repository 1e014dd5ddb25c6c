namespace Subnet.Health.Web.Miners;

/// <summary>A node beside which no validator runs: its page shows what the ledger knows.</summary>
internal sealed class NoMinerReports : IMinerReports
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop) => Task.FromResult<IReadOnlyList<MinerReport>>([]);
}
