namespace Subnet.Health.Web.Miners;

/// <summary>The reports of several validators.</summary>
internal sealed class JoinedReports(IReadOnlyList<IMinerReports> validators) : IMinerReports
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop)
    {
        List<MinerReport> all = [];
        foreach (IMinerReports validator in validators)
        {
            all.AddRange(await validator.OfAsync(netuid, stop).ConfigureAwait(false));
        }

        return all;
    }
}
