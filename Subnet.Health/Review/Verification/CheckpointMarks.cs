using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Verification;

/// <summary>Earlier checkpoints, each held against the tree when that has grown to its size.</summary>
/// <param name="earlier">In order of the size.</param>
/// <param name="head">The newest one.</param>
/// <param name="report">Where findings go.</param>
internal sealed class CheckpointMarks(IReadOnlyList<OpenedCheckpoint> earlier, OpenedCheckpoint head, VerificationReport report)
{
    private int next;

    /// <summary>Checks those of the tree's size.</summary>
    public void Pass(TreeFrontier tree)
    {
        for (; next < earlier.Count && earlier[next].Checkpoint!.Size == tree.Size; next++)
        {
            if (earlier[next].Checkpoint!.Root != tree.Root())
            {
                Report(earlier[next]);
            }
        }
    }

    private void Report(OpenedCheckpoint other)
    {
        report.Add(
            FindingSeverity.Error, "fork", null,
            $"the checkpoint of {other.Checkpoint!.Size} entries is not the beginning of this log: history was rewritten; keep both notes, together they are the proof");

        // A witness signs a tree only if it extends the one it signed before. One that signed both was rolled back, cloned, or lies.
        foreach (VerifierKey witness in other.Cosignatures.Select(signature => signature.Key).Where(key => head.Cosignatures.Any(signature => signature.Key.Equals(key))))
        {
            report.Add(FindingSeverity.Error, "witness-fork", null, $"the witness {witness.Name} cosigned both histories: it was rolled back, cloned, or lies; publish both notes");
        }
    }
}
