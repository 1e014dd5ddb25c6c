using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Queries;

/// <summary>
/// A log whose newest checkpoint was accepted. What is read from it is held against that checkpoint's tree before it is handed on: a
/// bundle of entries whose hashes are not those of the tree is refused.
/// </summary>
internal sealed class VerifiedLog
{
    private readonly ILogSource source;
    private readonly TileTree tree;

    private VerifiedLog(ILogSource source, OpenedCheckpoint opened, string note)
    {
        this.source = source;
        Checkpoint = opened.Checkpoint!;
        Note = note;
        Witnesses = [.. opened.Cosignatures.Select(signature => signature.Key.Name)];
        tree = new TileTree(source, Checkpoint.Size);
    }

    /// <summary>The checkpoint that everything is held against.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The signed note of it.</summary>
    public string Note { get; }

    /// <summary>Names of the trusted witnesses that cosigned it.</summary>
    public IReadOnlyList<string> Witnesses { get; }

    /// <summary>The first entry that was not removed at the end of its retention; 0 for a log that keeps all.</summary>
    public long FirstEntry => RetainedEntries.First(source, Checkpoint.Size);

    /// <summary>Opens a log.</summary>
    /// <exception cref="UnsoundLogException">The checkpoint is not accepted, or the tiles do not have its root.</exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public static VerifiedLog Open(ILogSource source, string origin, TrustPolicy policy)
    {
        string note = source.ReadCheckpoint();
        OpenedCheckpoint opened = OpenedCheckpoint.Open(note, origin, policy);
        if (!opened.IsAccepted)
        {
            throw new UnsoundLogException(BundleVerification.Word(opened.Fault), opened.Message);
        }

        VerifiedLog log = new(source, opened, note);
        return log.Guarded(() => MerkleTree.Root(log.tree, log.Checkpoint.Size)) == log.Checkpoint.Root
            ? log
            : throw new UnsoundLogException("content", "the tiles do not have the root that the checkpoint signs");
    }

    /// <summary>The entries [from, to), each shown to be in the tree.</summary>
    /// <exception cref="UnsoundLogException">An entry is not what the tree holds.</exception>
    public IEnumerable<LoggedEntry> Entries(long from = 0, long to = long.MaxValue)
    {
        long end = Math.Min(to, Checkpoint.Size);
        for (long n = from / TileId.FullWidth; n * TileId.FullWidth < end; n++)
        {
            TreeHash[] hashes = Guarded(() => CheckedTile(n));
            long first = n * TileId.FullWidth;
            foreach ((long index, ReadOnlyMemory<byte> bytes) in Guarded(
                () => LogEntries.Read(source, Math.Max(from, first), Math.Min(end, first + TileId.FullWidth), Checkpoint.Size).ToArray()))
            {
                TreeHash leaf = hashes[index - first];
                if (TreeHash.OfLeaf(bytes.Span) != leaf)
                {
                    throw new UnsoundLogException("content", $"entry {index} is not the one in the tree");
                }

                yield return new LoggedEntry(index, leaf, bytes, Guarded(() => CanonicalJsonReader.Read(bytes.Span)));
            }
        }
    }

    /// <summary>A proof file for one entry.</summary>
    /// <param name="index">Place of the entry.</param>
    /// <param name="withEntry">Whether the file carries the entry itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    public TlogProof Prove(long index, bool withEntry = false)
    {
        byte[]? entry = withEntry ? Entries(index, index + 1).Single().Bytes.ToArray() : null;
        return new TlogProof(index, Guarded(() => InclusionProof.Build(tree, index, Checkpoint.Size)), Note, entry);
    }

    /// <summary>That the log's first <paramref name="size"/> entries are the beginning of what the checkpoint signs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log is shorter.</exception>
    public TreeHash[] ProveConsistency(long size) => Guarded(() => ConsistencyProof.Build(tree, size, Checkpoint.Size));

    /// <summary>A bundle of the entries [lo, hi); those that <paramref name="disclose"/> does not choose are withheld.</summary>
    /// <param name="lo">First entry.</param>
    /// <param name="hi">First entry behind.</param>
    /// <param name="disclose">Which entries the reviewer may read.</param>
    /// <param name="older">An earlier checkpoint note to lead on from, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is empty, not in the log, or longer than a bundle may be.</exception>
    public AuditBundle Bundle(long lo, long hi, Predicate<LoggedEntry> disclose, string? older = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hi - lo, AuditBundle.MaximumItems);
        TreeHash[] proof = Guarded(() => RangeProof.Build(tree, lo, hi, Checkpoint.Size));
        BundleItem[] items = [.. Entries(lo, hi).Select(entry => disclose(entry) ? BundleItem.Disclosed(entry.Text) : BundleItem.Withheld(entry.Leaf))];
        return new AuditBundle { Checkpoint = Note, Lo = lo, Items = items, Proof = proof, Older = older is null ? null : LeadOn(older) };
    }

    private OlderCheckpoint LeadOn(string older)
    {
        Checkpoint before = Guarded(() => Checkpoint.Parse(Crypto.Transparency.Notes.SignedNote.Parse(older).Text));
        if (before.Size > Checkpoint.Size)
        {
            throw new UnsoundLogException("rollback", $"the older checkpoint has {before.Size} entries and the log only {Checkpoint.Size}");
        }

        return new OlderCheckpoint(older, Guarded(() => ConsistencyProof.Build(tree, before.Size, Checkpoint.Size)));
    }

    /// <summary>A level 0 tile that is shown to lead to the root; the one hash of its 256 that is compared covers them all.</summary>
    private TreeHash[] CheckedTile(long n)
    {
        TreeHash[] hashes = tree.Tile(0, n);
        long first = n * TileId.FullWidth;
        TreeHash[] path = RangeProof.Build(tree, first, first + hashes.Length, Checkpoint.Size);
        return RangeProof.Verify(Checkpoint.Size, first, hashes, path, Checkpoint.Root)
            ? hashes
            : throw new UnsoundLogException("content", $"the tile of entries {first} to {first + hashes.Length - 1} does not lead to the signed root");
    }

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception malformed) when (malformed is TransparencyException or CanonicalJsonException)
        {
            throw new UnsoundLogException("content", $"{source.Name}: {malformed.Message}");
        }
    }
}
