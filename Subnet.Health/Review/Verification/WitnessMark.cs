using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Verification;

/// <summary>When a trusted witness saw a log of that size: the only clock that is not the operator's.</summary>
/// <param name="Size">Entries it had seen.</param>
/// <param name="Time">When, by the earliest of the witnesses.</param>
internal sealed record WitnessMark(long Size, DateTimeOffset Time)
{
    /// <summary>The marks of a log's kept checkpoints and its newest one, in order of the size. Times beyond the calendar are left out.</summary>
    public static IReadOnlyList<WitnessMark> Read(ILogSource source, string origin, TrustPolicy policy)
    {
        TrustPolicy anyQuorum = TrustPolicy.Threshold(policy.Logs, policy.Witnesses.Values, 0);
        SortedDictionary<long, WitnessMark> marks = [];
        foreach (string note in source.ReadEarlierCheckpoints().Append(source.ReadCheckpoint()))
        {
            OpenedCheckpoint opened = OpenedCheckpoint.Open(note, origin, anyQuorum);
            long[] times = [.. opened.Cosignatures.Select(TimeOf).Where(time => time is > 0 and < 253402300800)];
            if (opened.IsAccepted && times.Length > 0)
            {
                marks[opened.Checkpoint!.Size] = new WitnessMark(opened.Checkpoint.Size, DateTimeOffset.FromUnixTimeSeconds(times.Min()));
            }
        }

        return [.. marks.Values];
    }

    private static long TimeOf(VerifiedSignature signature) => signature.Time ?? 0;
}
