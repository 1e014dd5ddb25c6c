using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// Makes blocks when they are wanted, not when a clock says so: what is in which block then depends on what the parties did and not on how fast the machine is. That is what
/// makes two demonstrations of one seed end in the same balances.
/// </summary>
/// <param name="node">The sequencer.</param>
/// <param name="follower">The ledger that the parties read; a block counts as made when it is there too.</param>
/// <param name="time">The clock.</param>
internal sealed class BlockPacer(IDemoNode node, ILedgerClient follower, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Height of the newest block.</summary>
    public ulong Height { get; private set; }

    /// <summary>Makes the next block once a transaction of each of these waits for it; what others hand over besides is in it or not.</summary>
    /// <exception cref="TimeoutException">They did not come.</exception>
    public async Task BlockAsync(IReadOnlyCollection<AccountId> expected, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (expected.Count > 0 && expected.Except(await node.PendingAsync(cancellationToken).ConfigureAwait(false)).Any())
        {
            if (time.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{expected.Count} transactions were announced for block {Height + 1} and did not come");
            }

            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }

        await MakeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a block for every transaction that a piece of work hands over, until the work is done.</summary>
    public async Task<T> PumpAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        while (!work.IsCompleted)
        {
            if ((await node.PendingAsync(cancellationToken).ConfigureAwait(false)).Count > 0)
            {
                await MakeAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await Task.WhenAny(work, Task.Delay(Poll, time, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return await work.ConfigureAwait(false);
    }

    /// <inheritdoc cref="PumpAsync{T}"/>
    public Task PumpAsync(Task work, CancellationToken cancellationToken) => PumpAsync(Wrap(work), cancellationToken);

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        Height = await node.MakeBlockAsync(cancellationToken).ConfigureAwait(false);
        await follower.WaitForHeightAsync(Height, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> Wrap(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }
}
