using System.Security.Cryptography;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Rpc.LedgerV1;

namespace Subnet.Health.Node;

/// <summary>A node's past, checked: blocks by the sequencer's signature, epochs by the hash that their block commits to.</summary>
internal sealed class NodeArchive(NodeConnection node, LedgerIdentity identity) : ILedgerArchive
{
    /// <inheritdoc/>
    public Task<LedgerBlock?> ReadBlockAsync(ulong height, CancellationToken cancellationToken) =>
        LedgerReplica.ReadBlockAsync(node, identity, height, cancellationToken);

    /// <inheritdoc/>
    public async Task<EpochRecord?> ReadEpochAsync(ushort netuid, ulong? index, CancellationToken cancellationToken)
    {
        if (await node.ReadEpochAsync(netuid, index, cancellationToken).ConfigureAwait(false) is not { } reply)
        {
            return null;
        }

        EpochRecord record;
        try
        {
            record = EpochRecord.Decode(reply.Record.Span);
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{node.Description} sends an epoch that is none: {e.Message}", e);
        }

        LedgerBlock? block = await ReadBlockAsync(record.Height, cancellationToken).ConfigureAwait(false);
        AccountId digest = new(SHA256.HashData(reply.Record.Span));
        bool committed = block is not null && block.Events.Any(
            e => e.Kind == EventKind.EpochRun && e.Netuid == netuid && e.Amount == record.Index && e.Subject == digest);
        return committed && record.Netuid == netuid && (index is null || index == record.Index)
            ? record
            : throw new LedgerCorruptException($"{node.Description} sends an epoch of subnet {netuid} that no block commits to");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ulong>> ReadEpochIndexesAsync(ushort netuid, CancellationToken cancellationToken)
    {
        GetEpochReply? newest = await node.ReadEpochAsync(netuid, null, cancellationToken).ConfigureAwait(false);
        return newest is null || newest.Oldest > newest.Newest || newest.Newest - newest.Oldest > int.MaxValue
            ? []
            : [.. Enumerable.Range(0, (int)(newest.Newest - newest.Oldest) + 1).Select(i => newest.Oldest + (ulong)i)];
    }
}
