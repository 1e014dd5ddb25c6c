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
    /// <summary>Verifies a log; hands each entry that is in its place to <paramref name="onEntry"/>.</summary>
    /// <param name="source">The log.</param>
    /// <param name="trusted">A checkpoint note trusted before, or null.</param>
    /// <param name="report">Where findings go.</param>
    /// <param name="onEntry">Called in order of the index.</param>
    /// <param name="cancellationToken">Stops between bundles.</param>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public void Verify(
        ILogSource source, string? trusted, VerificationReport report, Action<long, ReadOnlyMemory<byte>> onEntry, CancellationToken cancellationToken)
    {
        OpenedCheckpoint opened = OpenedCheckpoint.Open(source.ReadCheckpoint(), origin, policy);
        if (!opened.IsAccepted)
        {
            report.Add(FindingSeverity.Error, BundleVerification.Word(opened.Fault), null, opened.Message);
            return;
        }

        report.Checkpoint = opened;
        Checkpoint head = opened.Checkpoint!;
        if (CheckTrusted(trusted, head, report) is not { } earlier)
        {
            return;
        }

        TileTree tree = new(source, head.Size);
        TreeFrontier frontier = new();
        List<Checkpoint> marks = [.. earlier.Concat(ReadEarlier(source, head, report)).OrderBy(mark => mark.Size)];
        int nextMark = SkipMarks(marks, 0, frontier, report);
        for (long n = 0; n * TileId.FullWidth < head.Size; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TileId bundle = TileLayout.At(TileId.EntriesLevel, n, head.Size);
            if (ReadEntries(source, bundle, report) is not { } entries || ReadHashes(tree, bundle, report) is not { } hashes)
            {
                return;
            }

            for (int i = 0; i < entries.Length; i++)
            {
                long index = (n * TileId.FullWidth) + i;
                if (TreeHash.OfLeaf(entries[i].Span) == hashes[i])
                {
                    onEntry(index, entries[i]);
                }
                else
                {
                    report.Add(FindingSeverity.Error, "content", index, "the stored entry is not the one in the tree: it was edited, moved or replaced");
                }

                frontier.Append(hashes[i]);
                nextMark = SkipMarks(marks, nextMark, frontier, report);
            }
        }

        if (frontier.Root() != head.Root)
        {
            report.Add(FindingSeverity.Error, "content", null, "the tiles do not have the root that the checkpoint signs");
        }

        CheckUpperTiles(source, head.Size, report);
    }

    private List<Checkpoint>? CheckTrusted(string? trusted, Checkpoint head, VerificationReport report)
    {
        if (trusted is null)
        {
            return [];
        }

        OpenedCheckpoint known = OpenedCheckpoint.Open(trusted, origin, policy);
        if (!known.IsAccepted)
        {
            report.Add(FindingSeverity.Error, BundleVerification.Word(known.Fault), null, $"the checkpoint trusted before: {known.Message}");
            return null;
        }

        if (known.Checkpoint!.Size <= head.Size)
        {
            return [known.Checkpoint];
        }

        report.Add(
            FindingSeverity.Error, "rollback", null,
            $"the log has {head.Size} entries and had {known.Checkpoint.Size} before: its end was cut off, or an older state is shown");
        return null;
    }

    private IEnumerable<Checkpoint> ReadEarlier(ILogSource source, Checkpoint head, VerificationReport report)
    {
        TrustPolicy logOnly = TrustPolicy.Threshold(policy.Logs, [], 0);
        foreach (string note in source.ReadEarlierCheckpoints())
        {
            OpenedCheckpoint opened = OpenedCheckpoint.Open(note, origin, logOnly);
            if (!opened.IsAccepted)
            {
                report.Add(FindingSeverity.Warning, "earlier-checkpoint", null, $"a kept checkpoint cannot be used: {opened.Message}");
            }
            else if (opened.Checkpoint!.Size > head.Size)
            {
                report.Add(FindingSeverity.Error, "rollback", null, $"a kept checkpoint has {opened.Checkpoint.Size} entries and the log only {head.Size}");
            }
            else
            {
                yield return opened.Checkpoint;
            }
        }
    }

    private static int SkipMarks(List<Checkpoint> marks, int next, TreeFrontier frontier, VerificationReport report)
    {
        for (; next < marks.Count && marks[next].Size == frontier.Size; next++)
        {
            if (marks[next].Root != frontier.Root())
            {
                report.Add(
                    FindingSeverity.Error, "fork", null,
                    $"the checkpoint of {marks[next].Size} entries is not the beginning of this log: history was rewritten; keep both notes, together they are the proof");
            }
        }

        return next;
    }

    private static ReadOnlyMemory<byte>[]? ReadEntries(ILogSource source, TileId bundle, VerificationReport report)
    {
        try
        {
            byte[]? bytes = source.Read(bundle);
            if (bytes is not null)
            {
                return EntryBundle.ParsePrefix(bytes, bundle.Width);
            }

            report.Add(FindingSeverity.Error, "content", bundle.Index * TileId.FullWidth, $"{bundle.Path} is missing");
        }
        catch (TransparencyException malformed)
        {
            report.Add(FindingSeverity.Error, "content", bundle.Index * TileId.FullWidth, $"{bundle.Path}: {malformed.Message}");
        }

        return null;
    }

    private static TreeHash[]? ReadHashes(TileTree tree, TileId bundle, VerificationReport report)
    {
        try
        {
            return tree.Tile(0, bundle.Index);
        }
        catch (TransparencyException malformed)
        {
            report.Add(FindingSeverity.Error, "tile", bundle.Index * TileId.FullWidth, malformed.Message);
            return null;
        }
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
