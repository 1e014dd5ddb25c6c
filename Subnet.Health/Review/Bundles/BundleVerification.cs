using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;

namespace Subnet.Health.Review.Bundles;

/// <summary>The structural check of a bundle: what is disclosed stands in the log exactly so, and nothing between was left out.</summary>
/// <param name="Code">The first failure's word, or null if the bundle is sound.</param>
/// <param name="Message">One sentence on the failure; empty if sound.</param>
/// <param name="Checkpoint">The checkpoint, where it was accepted.</param>
/// <param name="Entries">The disclosed entries by index, where the bundle is sound.</param>
/// <param name="Withheld">How many entries are withheld.</param>
internal sealed record BundleVerification(
    string? Code,
    string Message,
    OpenedCheckpoint? Checkpoint,
    IReadOnlyList<(long Index, CanonicalObject Entry)> Entries,
    int Withheld)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsSound => Code is null;

    /// <summary>Reads and checks a bundle in the order format, note, checkpoint, origin, log-signature, quorum, entry, range, consistency.</summary>
    public static BundleVerification Verify(ReadOnlyMemory<byte> bytes, string origin, TrustPolicy policy)
    {
        try
        {
            return Verify(AuditBundle.Parse(bytes), origin, policy);
        }
        catch (TransparencyException malformed)
        {
            return Failed("format", malformed.Message);
        }
    }

    /// <summary>Checks a bundle that was read.</summary>
    public static BundleVerification Verify(AuditBundle bundle, string origin, TrustPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        OpenedCheckpoint opened = OpenedCheckpoint.Open(bundle.Checkpoint, origin, policy);
        if (!opened.IsAccepted)
        {
            return Failed(Word(opened.Fault), opened.Message);
        }

        List<(long, CanonicalObject)> entries = [];
        for (int i = 0; i < bundle.Items.Count; i++)
        {
            try
            {
                if (bundle.Items[i].Entry is { } text)
                {
                    entries.Add((bundle.Lo + i, CanonicalJsonReader.Read(Encoding.UTF8.GetBytes(text))));
                }
            }
            catch (CanonicalJsonException malformed)
            {
                return Failed("entry", $"entry {bundle.Lo + i} is not canonical: {malformed.Message}");
            }
        }

        Checkpoint checkpoint = opened.Checkpoint!;
        TreeHash[] leaves = [.. bundle.Items.Select(item => item.Leaf)];
        if (!RangeProof.Verify(checkpoint.Size, bundle.Lo, leaves, [.. bundle.Proof], checkpoint.Root))
        {
            return Failed("range", "the items are not what the checkpoint's tree holds at these places");
        }

        return bundle.Older is not null && CheckOlder(bundle.Older, checkpoint, origin, policy) is { } failure
            ? failure
            : new BundleVerification(null, "", opened, entries, bundle.Items.Count - entries.Count);
    }

    /// <summary>The failure word of a checkpoint's fault.</summary>
    public static string Word(CheckpointFault fault) => fault switch
    {
        CheckpointFault.Note => "note",
        CheckpointFault.Checkpoint => "checkpoint",
        CheckpointFault.Origin => "origin",
        CheckpointFault.LogSignature => "log-signature",
        CheckpointFault.Quorum => "quorum",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no fault"),
    };

    private static BundleVerification? CheckOlder(OlderCheckpoint older, Checkpoint newer, string origin, TrustPolicy policy)
    {
        OpenedCheckpoint opened = OpenedCheckpoint.Open(older.Checkpoint, origin, policy);
        if (!opened.IsAccepted)
        {
            return Failed(Word(opened.Fault), $"the older checkpoint: {opened.Message}");
        }

        Checkpoint before = opened.Checkpoint!;
        return ConsistencyProof.Verify(before.Size, newer.Size, [.. older.Proof], before.Root, newer.Root)
            ? null
            : Failed("consistency", "the older checkpoint's tree is not shown to be the beginning of the newer one's");
    }

    private static BundleVerification Failed(string code, string message) => new(code, message, null, [], 0);
}
