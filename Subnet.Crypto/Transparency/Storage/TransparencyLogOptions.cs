using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>How a log is written.</summary>
public sealed class TransparencyLogOptions
{
    /// <summary>The log's signers; all have the origin as their name. Two while a key is being changed.</summary>
    public required IReadOnlyList<NoteSigner> Signers { get; init; }

    /// <summary>Entries in one commit, at most: one entry bundle.</summary>
    public int MaximumBatch { get; init; } = 256;

    /// <summary>Entries that wait for a commit, at most; more are pushed back.</summary>
    public int MaximumWaiting { get; init; } = 4096;

    /// <summary>Length of an entry in bytes, at most.</summary>
    public int MaximumEntryBytes { get; init; } = 16_384;

    /// <summary>Length of the write-ahead file in bytes above which commits wait for the tiles to catch up.</summary>
    public long MaximumWriteAheadBytes { get; init; } = 32 << 20;

    /// <summary>
    /// How long entries gather before they go into tiles together. They are durable in the write-ahead file before; each time costs several fsyncs, which a commit
    /// would have to wait for.
    /// </summary>
    public TimeSpan IntegrationInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a grown tree is signed and published.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The identity of an entry, or null if it has none. A second append of one identity returns the first index.</summary>
    public Func<ReadOnlyMemory<byte>, UInt128?>? Identity { get; init; }

    /// <summary>How often a log that stopped on a full disk looks whether there is room; tests are impatient.</summary>
    internal TimeSpan ResumeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries in the smallest file of identities; tests want small ones.</summary>
    internal int IdentitySegment { get; init; } = EntryIdentityIndex.SegmentEntries;

    /// <summary>The witnesses that are asked for cosignatures.</summary>
    public IReadOnlyList<IWitnessClient> Witnesses { get; init; } = [];

    /// <summary>How long one witness may take.</summary>
    public TimeSpan WitnessLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Which witnesses must have cosigned before a checkpoint is published; null for none.</summary>
    public TrustPolicy? Quorum { get; init; }
}
