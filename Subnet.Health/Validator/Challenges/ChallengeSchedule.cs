using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// When a challenge is sent: at a moment of its epoch that follows from its master seed, so nobody else knows it, a restart does not move it, and moments of different challenges
/// are independent and uniform, as the moments are at which clinics ask. A miner that sees only times finds no beat and no block boundary in them.
/// </summary>
internal static class ChallengeSchedule
{
    /// <summary>The moment as a share of the epoch, from 0 to below 1.</summary>
    /// <param name="master">The challenge's master seed, 32 bytes.</param>
    public static double MomentOf(ReadOnlySpan<byte> master)
    {
        ReadOnlySpan<byte> domain = "subnet-challenge-moment/1\n"u8;
        ulong drawn = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData([.. domain, .. master]));
        return (drawn >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>
    /// How long after the newest block's arrival a challenge that is due is sent: its moment inside the block; one whose block has passed (after a restart, or asked again) goes
    /// at a moment of this block that is drawn anew.
    /// </summary>
    /// <param name="clock">The newest block.</param>
    /// <param name="master">The challenge's master seed.</param>
    /// <param name="block">Time between blocks.</param>
    /// <param name="drawn">A fresh number from 0 to below 1.</param>
    /// <returns>Null where it is not due before the next block.</returns>
    public static TimeSpan? DelayAt(EpochClock clock, ReadOnlySpan<byte> master, TimeSpan block, double drawn)
    {
        double place = MomentOf(master) * clock.Tempo;
        return place >= clock.Offset + 1 ? null : block * (place >= clock.Offset ? place - clock.Offset : drawn);
    }
}
