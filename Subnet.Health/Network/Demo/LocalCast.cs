namespace Subnet.Health.Network.Demo;

/// <summary>Everybody in this process; each party still has its own folder, keys, stores and log, and talks to the others over gRPC alone.</summary>
/// <param name="place">Folder, keys, models, clock.</param>
internal sealed class LocalCast(DemoPlace place) : IDemoCast
{
    /// <inheritdoc/>
    public async Task<IDemoNode> StartNodeAsync(CancellationToken cancellationToken) => await DemoNode.OpenAsync(place, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IDemoMiner> StartMinerAsync(DemoMiner miner, DemoWorld world, CancellationToken cancellationToken) =>
        await DemoMinerParty.StartAsync(miner, world, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IDemoValidator> StartValidatorAsync(DemoValidator validator, DemoBudget budget, DemoWorld world, CancellationToken cancellationToken) =>
        await DemoValidatorParty.StartAsync(validator, budget, world, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IDemoClinic> OpenClinicAsync(string clinic, DemoWorld world, CancellationToken cancellationToken) =>
        await DemoClinicParty.OpenAsync(clinic, world).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
