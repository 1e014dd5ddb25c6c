using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>Reads from a ledger of this process and hands transactions to a gateway.</summary>
/// <param name="host">The ledger.</param>
/// <param name="gateway">Where transactions go.</param>
/// <param name="archive">Where the past is that this process does not keep; null where it keeps everything.</param>
internal sealed class LedgerClient(LedgerHost host, ITransactionGateway gateway, ILedgerArchive? archive = null) : ILedgerClient
{
    /// <summary>Blocks after which a transaction that was not included no longer can be: an outcome is final after them.</summary>
    private const ulong ValidBlocks = 1_000;

    /// <summary>Attempts where another process of the same signer was faster.</summary>
    private const int Attempts = 4;

    private readonly ConcurrentDictionary<AccountId, SemaphoreSlim> _signers = [];

    /// <inheritdoc/>
    public LedgerIdentity Identity => host.Identity;

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<LedgerView, T> read, CancellationToken cancellationToken = default) =>
        host.UseAsync((engine, _) => read(new LedgerView(engine)), cancellationToken);

    /// <inheritdoc/>
    public async Task<CallOutcome> SubmitAsync(ILedgerSigner signer, LedgerCall call, CancellationToken cancellationToken = default)
    {
        SemaphoreSlim turn = _signers.GetOrAdd(signer.Account, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                (ulong nonce, ulong height) = await ReadAsync(view => (view.NextNonce(signer.Account), view.Height), cancellationToken).ConfigureAwait(false);
                Transaction transaction = Transaction.Create(
                    signer, Identity.GenesisHash, Identity.Network, nonce, call, validUntil: height + ValidBlocks);
                CallOutcome outcome = await gateway.SubmitAsync(transaction, cancellationToken).ConfigureAwait(false);
                if (outcome.Reason != RejectionReason.NonceUsed || attempt == Attempts)
                {
                    return outcome;
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<LedgerBlock?> GetBlockAsync(ulong height, CancellationToken cancellationToken = default)
    {
        StoredBlock? stored = await host.UseAsync((_, store) => store.ReadBlock(height), cancellationToken).ConfigureAwait(false);
        return stored is not null ? LedgerBlock.Of(stored)
            : archive is not null && height > 0 && height <= host.Height ? await archive.ReadBlockAsync(height, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public Task<EpochRecord?> GetEpochAsync(ushort netuid, ulong? index = null, CancellationToken cancellationToken = default) => archive is not null
        ? archive.ReadEpochAsync(netuid, index, cancellationToken)
        : host.UseAsync(
            (engine, _) => index is { } number ? engine.ReadEpoch(netuid, number)
                : engine.EpochIndexes(netuid) is [.., ulong newest] ? engine.ReadEpoch(netuid, newest)
                : null,
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ulong>> GetEpochIndexesAsync(ushort netuid, CancellationToken cancellationToken = default) => archive is not null
        ? archive.ReadEpochIndexesAsync(netuid, cancellationToken)
        : host.UseAsync((engine, _) => engine.EpochIndexes(netuid), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerBlock> FollowAsync(ulong from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (ulong height = Math.Max(from, 1); ; height++)
        {
            LedgerBlock block;
            try
            {
                await host.WaitForHeightAsync(height, cancellationToken).ConfigureAwait(false);
                block = (await GetBlockAsync(height, cancellationToken).ConfigureAwait(false))!;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                yield break;
            }

            yield return block;
        }
    }

    /// <inheritdoc/>
    public Task<ulong> WaitForHeightAsync(ulong height, CancellationToken cancellationToken = default) =>
        host.WaitForHeightAsync(height, cancellationToken);
}
