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
        int[] holders = new int[stake.Length];
        int nonzero = 0;
        for (int uid = 0; uid < permits.Length; uid++)
        {
            if (stake[uid].Bits != 0)
            {
                permits[uid] = true;
                holders[nonzero++] = uid;
            }
        }

        // Zero entries sort first, so they fill the dropped places before anybody with stake does.
        int surplus = nonzero - count;
        if (surplus > 0)
        {
            (long Stake, int Uid)[] order = new (long, int)[nonzero];
            for (int i = 0; i < nonzero; i++)
            {
                order[i] = (stake[holders[i]].Bits, holders[i]);
            }

            Array.Sort(order);
            foreach ((_, int uid) in order.AsSpan(0, surplus))
            {
                permits[uid] = false;
            }
        }

        return permits;
    }
}
