using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;

namespace Subnet.Health.Clinic;

/// <summary>Publishes a gateway's head before its log is closed, so that a reviewer finds at once what a command recorded.</summary>
internal static class HeadPublishing
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Has the head cosigned and published. The entries are durable already; a checkpoint that witnesses do not cosign in time is published by whoever opens the log next.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="witnesses">Who cosigns.</param>
    /// <param name="patience">How long they have.</param>
    /// <param name="time">The clock.</param>
    public static async Task PublishAsync(RoleLog log, LedgerWitnesses witnesses, TimeSpan patience, TimeProvider time)
    {
        using CancellationTokenSource late = new(patience, time);
        try
        {
            if (PublishedSize(log) >= log.Size)
            {
                return;
            }

            await witnesses.RefreshAsync(late.Token).ConfigureAwait(false);
            while (await log.PublishAsync(late.Token).ConfigureAwait(false) is null && PublishedSize(log) < log.Size)
            {
                await Task.Delay(Pause, time, late.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private static long PublishedSize(RoleLog log) => log.Checkpoint is { } note ? Checkpoint.Parse(SignedNote.Parse(note).Text).Size : 0;
}
