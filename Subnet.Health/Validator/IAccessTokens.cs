namespace Subnet.Health.Validator;

/// <summary>Where a validator's tokens come from: bought as a clinic buys them, long before they are used.</summary>
internal interface IAccessTokens
{
    /// <summary>Takes a token that the miner will accept now; it is given out once, also across restarts.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">The miner that it is good for, 32 bytes.</param>
    /// <param name="rows">Rows it pays for: 1, 16 or 256.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token; null where none is left.</returns>
    Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken);

    /// <summary>Buys tokens where fewer than so many are left that are good through the next access epoch; waits for the ledger.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">The miner that they are good for, 32 bytes.</param>
    /// <param name="rows">Rows each pays for: 1, 16 or 256.</param>
    /// <param name="count">How many there should be.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken);
}
