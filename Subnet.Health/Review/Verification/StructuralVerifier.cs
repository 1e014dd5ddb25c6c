using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Checks that a log is the one tree its checkpoint signs: every entry hashes to its place, every tile follows from the one below, the
/// root is the signed one, and every earlier checkpoint is a beginning of it. Reads each file once; memory does not grow with the log.
/// </summary>
/// <param name="origin">The log that is expected.</param>
/// <param name="policy">Whom the reviewer trusts.</param>
internal sealed class StructuralVerifier(string origin, TrustPolicy policy)
{
    // What is prepared at one time lives through collections and is copied by them: no more than keeps every core busy.
    private static readonly int BundlesAhead = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Verifies a log; hands each entry that is in its place to <paramref name="onEntry"/>.</summary>
    /// <param name="source">The log; read from several threads.</param>
    /// <param name="trusted">A checkpoint note trusted before, or null.</param>
    /// <param name="report">Where findings go.</param>
    /// <param name="onEntry">Called in order of the index.</param>
    /// <param name="cancellationToken">Stops between bundles.</param>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public void Verify(
        ILogSource source, string? trusted, VerificationReport report, Action<long, ReadOnlyMemory<byte>> onEntry, CancellationToken cancellationToken) =>
        Verify(source, trusted, report, static bytes => bytes, onEntry, cancellationToken);

    /// <summary>
    /// Verifies a log; what can be said of each entry alone, <paramref name="prepare"/>, is done for a number of bundles at once, and the results
    /// are handed on in order.
    /// </summary>
    /// <param name="source">The log; read from several threads.</param>
    /// <param name="trusted">A checkpoint note trusted before, or null.</param>
    /// <param name="report">Where findings go.</param>
    /// <param name="prepare">A pure function of an entry's bytes.</param>
    /// <param name="onEntry">Called in order of the index.</param>
    /// <param name="cancellationToken">Stops between bundles.</param>
    /// <param name="onCheckpoint">Told of each accepted checkpoint, kept, trusted or newest, after the last entry that it covers; null for nobody.</param>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public void Verify<T>(
        ILogSource source,
        string? trusted,
        VerificationReport report,
        Func<ReadOnlyMemory<byte>, T> prepare,
        Action<long, T> onEntry,
        CancellationToken cancellationToken,
        Action<OpenedCheckpoint>? onCheckpoint = null)
    {
        OpenedCheckpoint opened = OpenedCheckpoint.Open(source.ReadCheckpoint(), origin, policy);
        if (!opened.IsAccepted)
        {
            report.Add(FindingSeverity.Error, BundleVerification.Word(opened.Fault), null, opened.Message);
            return;
        }

        report.Checkpoint = opened;
        Checkpoint head = opened.Checkpoint!;
        if (!TryTrusted(trusted, head, report, out OpenedCheckpoint? before))
        {
            return;
        }

        using KeptCheckpoints kept = new(source, origin, policy, head.Size);
        using CheckpointMarks marks = new(kept.InOrder(report), before, opened, report, onCheckpoint ?? (static _ => { }));
        TreeFrontier frontier = new();
        marks.Pass(frontier);
        report.Removed = RetainedEntries.First(source, head.Size);
        long bundles = (head.Size + TileId.FullWidth - 1) / TileId.FullWidth;
        BundleReader<T> reader = new(source, head.Size, report.Removed, prepare);
        for (long from = 0; from < bundles; from += BundlesAhead)
        {
            ReadBundle<T>[] ahead = new ReadBundle<T>[Math.Min(BundlesAhead, bundles - from)];
            Parallel.For(0, ahead.Length, new ParallelOptions { CancellationToken = cancellationToken }, i => ahead[i] = reader.Read(from + i));
            foreach (ReadBundle<T> bundle in ahead)
            {
                foreach (AuditFinding finding in bundle.Findings)
                {
                    report.Add(finding.Severity, finding.Code, finding.Index, finding.Message);
                }

                if (bundle.Hashes is null)
                {
                    return;
                }

                for (int i = 0; i < bundle.Hashes.Length; i++)
                {
                    if (bundle.IsGood(i))
                    {
                        onEntry(bundle.First + i, bundle.Entries[i]);
                    }

                    frontier.Append(bundle.Hashes[i]);
                    marks.Pass(frontier);
                }
            }
        }

        if (frontier.Root() != head.Root)
        {
            report.Add(FindingSeverity.Error, "content", null, "the tiles do not have the root that the checkpoint signs");
        }

        CheckUpperTiles(source, head.Size, report);
    }

    private bool TryTrusted(string? trusted, Checkpoint head, VerificationReport report, out OpenedCheckpoint? before)
    {
        before = null;
        if (trusted is null)
        {
            return true;
        }

        OpenedCheckpoint known = OpenedCheckpoint.Open(trusted, origin, policy);
        if (!known.IsAccepted)
        {
            report.Add(FindingSeverity.Error, BundleVerification.Word(known.Fault), null, $"the checkpoint trusted before: {known.Message}");
            return false;
        }

        if (known.Checkpoint!.Size > head.Size)
        {
            report.Add(
                FindingSeverity.Error, "rollback", null,
                $"the log has {head.Size} entries and had {known.Checkpoint.Size} before: its end was cut off, or an older state is shown");
            return false;
        }

        before = known;
        return true;
    }

    /// <summary>Each hash of an upper tile is the root of the full tile below it.</summary>
    private static void CheckUpperTiles(ILogSource source, long size, VerificationReport report)
    {
        foreach (TileId tile in TileLayout.HashTiles(size).Where(tile => tile.Level > 0))
        {
            try
            {
                TreeHash[] hashes = TileTree.ReadTile(source, tile);
                for (int i = 0; i < hashes.Length; i++)
                {
                    TileId below = new(tile.Level - 1, (tile.Index * TileId.FullWidth) + i, TileId.FullWidth);
                    if (MerkleTree.Root(TileTree.ReadTile(source, below)) != hashes[i])
                    {
                        report.Add(FindingSeverity.Error, "tile", null, $"{tile.Path} does not follow from {below.Path}");
                    }
                }
            }
            catch (TransparencyException malformed)
            {
                report.Add(FindingSeverity.Error, "tile", null, malformed.Message);
            }
        }
    }
}
