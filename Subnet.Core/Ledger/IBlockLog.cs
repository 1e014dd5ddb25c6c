namespace Subnet.Core.Ledger;

/// <summary>
/// The transparency log whose leaves are the signed headers, leaf n being block n + 1. It may lag behind the store after a crash; the
/// ledger then appends what is missing before anything new.
/// </summary>
public interface IBlockLog
{
    /// <summary>Number of leaves.</summary>
    ulong Size { get; }

    /// <summary>Whether it can be written now; while it cannot, its size may be less than what it holds.</summary>
    bool IsWritable => true;

    /// <summary>Appends the next leaves in order; durable when this returns.</summary>
    /// <exception cref="LedgerStoreException">The log cannot be written.</exception>
    void Append(IReadOnlyList<ReadOnlyMemory<byte>> signedHeaders);
}
