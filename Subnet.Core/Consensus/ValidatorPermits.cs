using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>Who may validate (<c>design/yuma.md</c> 3.3).</summary>
public static class ValidatorPermits
{
    /// <summary>
    /// Marks the entries that are not 0 and among the k largest. On a tie the lower uid loses. With fewer entries than k nobody is
    /// dropped.
    /// </summary>
    public static bool[] TopNonzero(ReadOnlySpan<I32F32> stake, int count)
    {
        bool[] permits = new bool[stake.Length];
        (long Stake, int Uid)[] order = new (long, int)[stake.Length];
        int nonzero = 0;
        bool someNegative = false;
        for (int uid = 0; uid < permits.Length; uid++)
        {
            if (stake[uid].Bits != 0)
            {
                permits[uid] = true;
                order[nonzero++] = (stake[uid].Bits, uid);
                someNegative |= stake[uid].Bits < 0;
            }
        }

        // Entries of 0 have no permit to lose, so without negative ones there is nothing to drop unless too many others remain.
        if (nonzero > count || someNegative)
        {
            int zeros = stake.Length - nonzero, surplus = stake.Length - count;
            Array.Sort(order, 0, nonzero);
            for (int place = 0; place < nonzero; place++)
            {
                int rank = order[place].Stake > 0 ? place + zeros : place;
                permits[order[place].Uid] = rank >= surplus;
            }
        }

        return permits;
    }
}
