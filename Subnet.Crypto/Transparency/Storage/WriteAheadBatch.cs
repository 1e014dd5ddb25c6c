namespace Subnet.Crypto.Transparency.Storage;

/// <summary>A committed batch as the write-ahead file has it.</summary>
/// <param name="Entries">The entries in order.</param>
/// <param name="Size">Size of the tree with them.</param>
/// <param name="Root">Root of that tree.</param>
internal sealed record WriteAheadBatch(IReadOnlyList<ReadOnlyMemory<byte>> Entries, long Size, TreeHash Root);
