namespace Subnet.Health.Network.Localnet;

/// <summary>
/// A role's HTTP side that opens while the role starts, after its services listen and before its address is on the ledger. Declared before the role, so that it closes also where
/// the start fails later; closing it twice does nothing.
/// </summary>
internal sealed class OpenedSite : IAsyncDisposable
{
    private IRoleSite? site;

    /// <summary>Where it listens.</summary>
    /// <exception cref="InvalidOperationException">It did not open.</exception>
    public Uri Address => site?.Address ?? throw new InvalidOperationException("the HTTP side is not open");

    /// <summary>Keeps the side that opens.</summary>
    public async Task OpenAsync(Task<IRoleSite> opening) => site = await opening.ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (site is { } open)
        {
            site = null;
            await open.DisposeAsync().ConfigureAwait(false);
        }
    }
}
