using Subnet.Health.Validator;

namespace Subnet.Health.Network.Localnet;

/// <summary>Tokens that are bought when the last one is gone. Nobody plans a relay's purchases: it pays for what it is asked, as long as it is asked.</summary>
/// <param name="tokens">The tokens; stay the caller's.</param>
internal sealed class StockingTokens(IAccessTokens tokens) : IAccessTokens
{
    private const int Lot = 16;

    /// <inheritdoc/>
    public async Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken)
    {
        if (await tokens.TakeAsync(netuid, miner, rows, cancellationToken).ConfigureAwait(false) is { } token)
        {
            return token;
        }

        await tokens.EnsureAsync(netuid, miner, rows, Lot, cancellationToken).ConfigureAwait(false);
        return await tokens.TakeAsync(netuid, miner, rows, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken) =>
        tokens.EnsureAsync(netuid, miner, rows, count, cancellationToken);
}
