using System.Buffers.Binary;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// The checkpoints that a source keeps, one after the other in order of their size, each read and checked only when the tree has grown to it: a log may have one for every second of
/// many years. Disposed of when they were gone through.
/// </summary>
/// <param name="source">The log.</param>
/// <param name="origin">The log that is expected.</param>
/// <param name="policy">Whom the reviewer trusts; whether a quorum cosigned an earlier checkpoint is not asked.</param>
/// <param name="headSize">Entries of the newest checkpoint.</param>
internal sealed class KeptCheckpoints(ILogSource source, string origin, TrustPolicy policy, long headSize) : IDisposable
{
    private const int RecordBytes = 9;

    private readonly SpilledRecords sizes = new(RecordBytes);
    private readonly TrustPolicy anyQuorum = TrustPolicy.Threshold(policy.Logs, policy.Witnesses.Values, 0);

    /// <summary>The accepted ones up to the newest, smallest first; what cannot be used or is longer than the log is reported.</summary>
    public IEnumerable<OpenedCheckpoint> InOrder(VerificationReport report)
    {
        foreach (long size in source.EarlierCheckpointSizes())
        {
            if (size <= headSize)
            {
                Add(size);
            }
            else if (Open(size, report) is not null)
            {
                report.Add(FindingSeverity.Error, "rollback", null, $"a kept checkpoint has {size} entries and the log only {headSize}");
            }
        }

        for (int part = 0; part < SpilledRecords.Parts; part++)
        {
            foreach (long size in sizes.Read(part).Select(record => BinaryPrimitives.ReadInt64BigEndian(record.Span[1..])).Order())
            {
                if (Open(size, report) is { } opened)
                {
                    yield return opened;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => sizes.Dispose();

    /// <summary>Parts are spans of the log, so that one part after the other is the order of the sizes.</summary>
    private void Add(long size)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        record[0] = (byte)((UInt128)(ulong)size * SpilledRecords.Parts / ((UInt128)(ulong)headSize + 1));
        BinaryPrimitives.WriteInt64BigEndian(record[1..], size);
        sizes.Add(record);
    }

    private OpenedCheckpoint? Open(long size, VerificationReport report)
    {
        if (source.ReadEarlierCheckpoint(size) is not { } note)
        {
            return null;
        }

        OpenedCheckpoint opened = OpenedCheckpoint.Open(note, origin, anyQuorum);
        string? fault = !opened.IsAccepted ? opened.Message
            : opened.Checkpoint!.Size != size ? $"it has {opened.Checkpoint.Size} entries and is kept as one of {size}"
            : null;
        if (fault is not null)
        {
            report.Add(FindingSeverity.Warning, "earlier-checkpoint", null, $"a kept checkpoint cannot be used: {fault}");
        }

        return fault is null ? opened : null;
    }
}
