using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;

namespace Subnet.Health.Scoring;

/// <summary>
/// Shows that a window's entry is in the clinic's log under a checkpoint that the ledger has: the block of that anchor fixes the beacon, ten blocks above, which nobody knew when
/// the cases were listed.
/// </summary>
/// <param name="Origin">Name of the clinic's log; it says the clinic's key.</param>
/// <param name="Index">Place of the entry.</param>
/// <param name="Size">Size of the anchored tree.</param>
/// <param name="Entry">The entry's canonical bytes.</param>
/// <param name="Path">Inclusion proof.</param>
internal sealed record WindowAnchor(string Origin, long Index, long Size, ReadOnlyMemory<byte> Entry, IReadOnlyList<TreeHash> Path)
{
    /// <summary>Proves an entry of a log on this machine.</summary>
    /// <param name="files">The log's files.</param>
    /// <param name="origin">The log's name.</param>
    /// <param name="entry">The window's entry.</param>
    /// <param name="size">Size of the anchored tree.</param>
    public static WindowAnchor Build(ILogFiles files, string origin, RecordedEntry entry, long size)
    {
        ArgumentNullException.ThrowIfNull(entry);
        TreeHash[] path = InclusionProof.Build(new TileTree(new FileTileSource(files), size), entry.Index, size);
        return new WindowAnchor(origin, entry.Index, size, entry.Entry.Bytes, path);
    }

    /// <summary>The canonical bytes: an attachment of the window's message, which it proves by itself.</summary>
    public byte[] Write() => CanonicalJsonWriter.Write(new CanonicalObject
    {
        ["origin"] = Origin,
        ["index"] = Index,
        ["size"] = Size,
        ["entry"] = Encoding.UTF8.GetString(Entry.Span),
        ["path"] = new CanonicalList(Path.Select(hash => (CanonicalValue)Convert.ToBase64String(hash.ToArray()))),
    });

    /// <summary>Reads the bytes; null where they are malformed.</summary>
    public static WindowAnchor? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            CanonicalObject members = CanonicalJsonReader.Read(bytes);
            List<TreeHash> path = [];
            bool isSound = members.Count == 5 && members.TryGet("path", out CanonicalValue? list) && list is CanonicalList { Count: <= InclusionProof.MaximumLength } hashes
                && hashes.All(value => value is CanonicalText text && TreeHash.TryParseBase64(text.Value, out TreeHash hash) && Keep(path, hash));
            return isSound && members.TextOrNull("origin") is { } origin && members.TextOrNull("entry") is { } entry
                && members.IntegerOrNull("index") is { } index && members.IntegerOrNull("size") is { } size
                    ? new WindowAnchor(origin, index, size, Encoding.UTF8.GetBytes(entry), path)
                    : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the ledger's anchor of the clinic's own log covers the entry, and the entry is that of this window.</summary>
    public bool Holds(ScoringMessage window, ScoringAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(anchor);
        if (anchor.Size != Size
            || LogName.KeyOf(Origin) is not { } key
            || !key.PublicKey.SequenceEqual(window.Signed.Signer.Span)
            || !InclusionProof.Verify(Index, Size, TreeHash.OfLeaf(Entry.Span), Path.ToArray(), new TreeHash(anchor.Root.Span)))
        {
            return false;
        }

        try
        {
            AuditEntry entry = AuditEntry.Parse(Entry);
            return entry.Type == "score.assigned"
                && entry.Members.TextOrNull("code") == "score-window"
                && entry.Members.ObjectOrNull("out")?.TextOrNull("hash") == Convert.ToHexStringLower(window.Signed.Hash);
        }
        catch (AuditEntryException)
        {
            return false;
        }
    }

    private static bool Keep(List<TreeHash> path, TreeHash hash)
    {
        path.Add(hash);
        return true;
    }
}
