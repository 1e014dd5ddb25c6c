using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Tracing;

/// <summary>A whole log, from a folder or another host.</summary>
internal sealed class WholeTraceLog(VerifiedLog log) : ITraceLog
{
    /// <inheritdoc/>
    public Checkpoint Checkpoint => log.Checkpoint;

    /// <inheritdoc/>
    public IReadOnlyList<string> Witnesses => log.Witnesses;

    /// <inheritdoc/>
    public bool IsPartial => log.FirstEntry > 0;

    /// <inheritdoc/>
    public bool? BeginsWith(long size, string root) => size < 0 || size > Checkpoint.Size ? null
        : ConsistencyProof.Verify(size, Checkpoint.Size, log.ProveConsistency(size), new TreeHash(Convert.FromHexString(root)), Checkpoint.Root);

    /// <inheritdoc/>
    public IEnumerable<LoggedEntry> Entries() => log.Entries(log.FirstEntry);
}

/// <summary>A bundle that was verified.</summary>
internal sealed class BundleTraceLog : ITraceLog
{
    private readonly LoggedEntry[] entries;

    /// <exception cref="ArgumentException">The bundle is not sound.</exception>
    public BundleTraceLog(BundleVerification bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        Checkpoint = bundle.IsSound ? bundle.Checkpoint!.Checkpoint! : throw new ArgumentException("the bundle is not sound", nameof(bundle));
        Witnesses = [.. bundle.Checkpoint.Cosignatures.Select(signature => signature.Key.Name)];
        IsPartial = bundle.Entries.Count < Checkpoint.Size;
        entries = [.. bundle.Entries.Select(item => Entry(item.Index, item.Entry))];
    }

    /// <inheritdoc/>
    public Checkpoint Checkpoint { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Witnesses { get; }

    /// <inheritdoc/>
    public bool IsPartial { get; }

    /// <inheritdoc/>
    public bool? BeginsWith(long size, string root) => size == Checkpoint.Size ? root == Checkpoint.Root.ToString() : null;

    /// <inheritdoc/>
    public IEnumerable<LoggedEntry> Entries() => entries;

    private static LoggedEntry Entry(long index, CanonicalObject members)
    {
        byte[] bytes = CanonicalJsonWriter.Write(members);
        return new LoggedEntry(index, TreeHash.OfLeaf(bytes), bytes, members);
    }
}
