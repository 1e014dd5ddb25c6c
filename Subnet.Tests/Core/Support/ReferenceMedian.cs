using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Support;

/// <summary>The stake-weighted median as the reference partitions for it, step by step.</summary>
internal static class ReferenceMedian
{
    public static I32F32 Of(IReadOnlyList<I32F32> stake, IReadOnlyList<I32F32> score, I32F32 minority)
    {
        List<int> partition = [.. Enumerable.Range(0, score.Count)];
        I32F32 low = I32F32.Zero, high = stake.Aggregate(I32F32.Zero, (sum, s) => sum + s);
        for (int iteration = 0; iteration <= score.Count; iteration++)
        {
            if (partition.Count == 0)
            {
                return I32F32.Zero;
            }

            if (partition.Count == 1)
            {
                return score[partition[0]];
            }

            I32F32 pivot = score[partition[partition.Count / 2]];
            List<int> lower = [.. partition.Where(i => score[i] < pivot)], upper = [.. partition.Where(i => score[i] > pivot)];
            I32F32 lowerStake = lower.Aggregate(I32F32.Zero, (sum, i) => sum + stake[i]);
            I32F32 upperStake = upper.Aggregate(I32F32.Zero, (sum, i) => sum + stake[i]);
            if (lower.Count > 0 && minority < low + lowerStake)
            {
                partition = lower;
                high = low + lowerStake;
            }
            else if (upper.Count > 0 && high - upperStake <= minority)
            {
                partition = upper;
                low = high - upperStake;
            }
            else
            {
                return pivot;
            }
        }

        return I32F32.Zero;
    }
}
