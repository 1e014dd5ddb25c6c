using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency;

/// <summary>What a monitor that trusts one checkpoint finds about another one and the entries behind it.</summary>
public enum TamperVerdict
{
    /// <summary>The entries are those of the presented checkpoint, and the trusted tree is their beginning.</summary>
    Ok,

    /// <summary>The presented note is malformed, of another log, or not signed by the log.</summary>
    Signature,

    /// <summary>The presented tree is smaller than the trusted one.</summary>
    Rollback,

    /// <summary>The entries do not hash to the presented root.</summary>
    Content,

    /// <summary>They do, but the trusted tree is not their beginning: history was rewritten and signed again.</summary>
    Fork,
}

/// <summary>Holds a log's stored entries against a checkpoint that was trusted before (design/audit-log.md section 10).</summary>
public static class TreeMonitor
{
    /// <summary>Checks, in this order: signature, rollback, content, fork.</summary>
    /// <param name="origin">The log.</param>
    /// <param name="logKey">Its key.</param>
    /// <param name="trusted">The note trusted before; its signature is checked too.</param>
    /// <param name="presented">The note shown now.</param>
    /// <param name="leaves">Hashes of the stored entries.</param>
    /// <param name="consistency">A proof given along with them, or null; it must then verify as well.</param>
    /// <exception cref="TransparencyException">The trusted note itself is not one that this log signed.</exception>
    public static TamperVerdict Check(
        string origin,
        VerifierKey logKey,
        string trusted,
        string presented,
        ReadOnlySpan<TreeHash> leaves,
        IReadOnlyList<TreeHash>? consistency = null)
    {
        TrustPolicy policy = TrustPolicy.Threshold([logKey], [], 0);
        OpenedCheckpoint known = OpenedCheckpoint.Open(trusted, origin, policy);
        if (!known.IsAccepted)
        {
            throw new TransparencyException($"the trusted checkpoint is not to be trusted: {known.Message}");
        }

        OpenedCheckpoint shown = OpenedCheckpoint.Open(presented, origin, policy);
        if (!shown.IsAccepted)
        {
            return TamperVerdict.Signature;
        }

        Checkpoint before = known.Checkpoint!;
        Checkpoint now = shown.Checkpoint!;
        if (now.Size < before.Size)
        {
            return TamperVerdict.Rollback;
        }

        if (leaves.Length != now.Size || MerkleTree.Root(leaves) != now.Root)
        {
            return TamperVerdict.Content;
        }

        bool prefix = MerkleTree.Root(leaves[..(int)before.Size]) == before.Root;
        bool proved = consistency is null || ConsistencyProof.Verify(before.Size, now.Size, [.. consistency], before.Root, now.Root);
        return prefix && proved ? TamperVerdict.Ok : TamperVerdict.Fork;
    }
}
