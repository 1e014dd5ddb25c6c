using Subnet.Crypto.Proofs;

namespace Subnet.Health.Audits;

/// <summary>
/// One audit as a validator plans it: seeds and synthetic rows. The query is a function of them, so after the epoch anyone can rebuild its bytes and see that it was formed as a
/// clinic's. Holds the seeds until the plan is opened: whoever has them reads the answers.
/// </summary>
internal interface IPlannedAudit
{
    /// <summary>All rows, padding included where the circuit answers it.</summary>
    IReadOnlyList<long[]> Rows { get; }

    /// <summary>The query's size class: which denomination of token it takes.</summary>
    int RowClass { get; }

    /// <summary>SHA-256 of the query's bytes.</summary>
    ReadOnlyMemory<byte> RequestHash { get; }

    /// <summary>The query's bytes.</summary>
    byte[] BuildQuery();

    /// <summary>The audit with the answers of a reply; null where the reply does not decrypt to answers within the card's bound.</summary>
    Audit? Read(ReadOnlySpan<byte> reply);

    /// <summary>The plan's leaf for a miner.</summary>
    /// <param name="miner">The hotkey, 32 bytes.</param>
    byte[] Leaf(ReadOnlySpan<byte> miner);
}
