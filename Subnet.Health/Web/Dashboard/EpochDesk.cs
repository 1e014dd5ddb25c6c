using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Web.Dashboard;

/// <summary>An epoch of the ledger, run again and explained.</summary>
/// <param name="Record">What it read.</param>
/// <param name="Explanation">What it made of it, and why.</param>
internal sealed record ExplainedEpoch(EpochRecord Record, EpochExplanation Explanation);

/// <summary>
/// Runs stored epochs again for whoever looks at them. Anybody may ask and an epoch of thousands of neurons takes a processor for a while, so at most two run at
/// a time and the newest results are kept.
/// </summary>
internal sealed class EpochDesk(ILedgerClient ledger) : IDisposable
{
    private const int Kept = 16;

    private readonly SemaphoreSlim turns = new(2, 2);
    private readonly Lock gate = new();
    private readonly LinkedList<((ushort Netuid, ulong Index) Key, ExplainedEpoch Epoch)> kept = [];

    /// <summary>Indices of the newest epoch of a subnet that ran, or null before the first.</summary>
    public async Task<ulong?> NewestAsync(ushort netuid, CancellationToken stop)
    {
        ulong next = await ledger.ReadAsync(view => view.State.SubnetStates.Find(new SubnetKey(netuid))?.EpochIndex ?? 0, stop).ConfigureAwait(false);
        while (next > 0)
        {
            next--;
            if (await ledger.GetEpochAsync(netuid, next, stop).ConfigureAwait(false) is not null)
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>An epoch explained, or null where none is stored.</summary>
    public async Task<ExplainedEpoch?> FindAsync(ushort netuid, ulong index, CancellationToken stop)
    {
        if (Find((netuid, index)) is { } known)
        {
            return known;
        }

        await turns.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (Find((netuid, index)) is { } meanwhile)
            {
                return meanwhile;
            }

            if (await ledger.GetEpochAsync(netuid, index, stop).ConfigureAwait(false) is not { } record)
            {
                return null;
            }

            ExplainedEpoch explained = new(record, EpochExplanation.Of(record.Input, [.. record.Neurons.Select(static n => n.Take)]));
            Keep((netuid, index), explained);
            return explained;
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The same epoch with other hyperparameters.</summary>
    public async Task<EpochDifference> CompareAsync(ExplainedEpoch epoch, EpochHyperparameters changed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        await turns.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            EpochInput input = epoch.Record.Input;
            return await Task.Run(() => WhatIf.Compare(input, input with { Hyperparameters = changed }), stop).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turns.Dispose();

    private ExplainedEpoch? Find((ushort, ulong) key)
    {
        lock (gate)
        {
            for (LinkedListNode<((ushort Netuid, ulong Index) Key, ExplainedEpoch Epoch)>? node = kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    kept.Remove(node);
                    kept.AddFirst(node);
                    return node.Value.Epoch;
                }
            }

            return null;
        }
    }

    private void Keep((ushort, ulong) key, ExplainedEpoch epoch)
    {
        lock (gate)
        {
            kept.AddFirst((key, epoch));
            if (kept.Count > Kept)
            {
                kept.RemoveLast();
            }
        }
    }
}
