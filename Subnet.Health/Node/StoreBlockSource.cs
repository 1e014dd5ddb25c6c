using System.Runtime.CompilerServices;
using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>The blocks of a store that another process writes.</summary>
internal sealed class StoreBlockSource(ILedgerStore store, TimeSpan interval, TimeProvider time) : IBlockSource
{
    /// <inheritdoc/>
    public string Description => store.Description;

    /// <inheritdoc/>
    public Task<byte[]?> ReadGenesisAsync(CancellationToken cancellationToken) => Task.FromResult(store.ReadGenesis());

    /// <inheritdoc/>
    public Task<StoredSnapshot?> ReadSnapshotAsync(CancellationToken cancellationToken) => Task.FromResult(store.ReadSnapshot());

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlock> ReadBlocksAsync(ulong from, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (ulong next = from; ;)
        {
            for (ulong newest = store.Height; next <= newest; next++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return store.ReadBlock(next)!;
            }

            if (!follow)
            {
                yield break;
            }

            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
