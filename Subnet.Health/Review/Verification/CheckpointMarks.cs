using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Verification;

/// <summary>Earlier checkpoints, each held against the tree when that has grown to its size.</summary>
internal sealed class CheckpointMarks : IDisposable
{
    private readonly IEnumerator<OpenedCheckpoint> earlier;
    private readonly OpenedCheckpoint? trusted;
    private readonly OpenedCheckpoint head;
    private readonly VerificationReport report;
    private readonly Action<OpenedCheckpoint> onCheckpoint;
    private bool isNext;

    /// <param name="earlier">In order of the size.</param>
    /// <param name="trusted">The one that was trusted before, or null.</param>
    /// <param name="head">The newest one.</param>
    /// <param name="report">Where findings go.</param>
    /// <param name="onCheckpoint">Told of each, the head too, when the tree has its size.</param>
    public CheckpointMarks(
        IEnumerable<OpenedCheckpoint> earlier, OpenedCheckpoint? trusted, OpenedCheckpoint head, VerificationReport report, Action<OpenedCheckpoint> onCheckpoint)
    {
        this.earlier = earlier.GetEnumerator();
        (this.trusted, this.head, this.report, this.onCheckpoint) = (trusted, head, report, onCheckpoint);
        isNext = this.earlier.MoveNext();
    }

    /// <summary>Checks those of the tree's size.</summary>
    public void Pass(TreeFrontier tree)
    {
        if (trusted is not null && trusted.Checkpoint!.Size == tree.Size)
        {
            Check(trusted, tree);
        }

        for (; isNext && earlier.Current.Checkpoint!.Size == tree.Size; isNext = earlier.MoveNext())
        {
            Check(earlier.Current, tree);
        }

        if (head.Checkpoint!.Size == tree.Size)
        {
            onCheckpoint(head);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => earlier.Dispose();

    private void Check(OpenedCheckpoint other, TreeFrontier tree)
    {
        onCheckpoint(other);
        if (other.Checkpoint!.Root == tree.Root())
        {
            return;
        }

        report.Add(
            FindingSeverity.Error, "fork", null,
            $"the checkpoint of {other.Checkpoint.Size} entries is not the beginning of this log: history was rewritten; keep both notes, together they are the proof");

        // A witness signs a tree only if it extends the one it signed before. One that signed both was rolled back, cloned, or lies.
        foreach (VerifierKey witness in other.Cosignatures.Select(signature => signature.Key).Where(key => head.Cosignatures.Any(signature => signature.Key.Equals(key))))
        {
            report.Add(FindingSeverity.Error, "witness-fork", null, $"the witness {witness.Name} cosigned both histories: it was rolled back, cloned, or lies; publish both notes");
        }
    }
}
