using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>A block with what came of it.</summary>
/// <param name="Block">Signed header and transactions.</param>
/// <param name="Receipts">What came of the block step (first) and of each transaction.</param>
internal sealed record LedgerBlock(Block Block, IReadOnlyList<Receipt> Receipts)
{
    /// <summary>Its number.</summary>
    public ulong Height => Block.Header.Height;

    /// <summary>SHA-256 of the signed header. Nobody knows it before the block is made: the beacon of draws that must not be foreseen.</summary>
    public Hash256 Id => Block.Id;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds((long)Block.Header.TimeMs);

    /// <summary>All that happened in it, in order.</summary>
    public IEnumerable<LedgerEvent> Events => Receipts.SelectMany(static r => r.Events);

    /// <summary>Whether the receipts are those that the header commits to.</summary>
    public bool HasItsReceipts => Receipt.RootOf(Receipts) == Block.Header.Receipts;

    /// <summary>Reads a stored block.</summary>
    public static LedgerBlock Of(StoredBlock stored) => new(Block.Decode(stored.Block.Span), Receipt.DecodeAll(stored.Receipts.Span));
}
