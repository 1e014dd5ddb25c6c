using Subnet.Health.Validator;

namespace Subnet.Tests.Health.Validator;

/// <summary>No token for anybody: for a validator that asks nothing.</summary>
internal sealed class NoTokens : IAccessTokens
{
    public Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    public Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken) => Task.CompletedTask;
}
