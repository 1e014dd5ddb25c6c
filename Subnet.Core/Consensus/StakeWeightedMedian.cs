using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The stake-weighted median of the scores of one miner (<c>design/yuma.md</c> 3.6): the least score p such that the stake behind
/// scores up to p exceeds the minority.
/// </summary>
/// <remarks>
/// The reference partitions around pivots and keeps the stake below and above as running sums. Those sums are sums of integers and
/// exact, so which pivots are taken does not change the answer; the tests hold this against a literal twin of the reference.
/// </remarks>
public static class StakeWeightedMedian
{
    /// <summary>The median. Score and stake are parallel; the score 0 where there are none.</summary>
    /// <param name="stake">Stake behind each score, not negative.</param>
    /// <param name="score">The scores.</param>
    /// <param name="minority">The stake that does not decide: total less kappa.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static I32F32 Of(ReadOnlySpan<I32F32> stake, ReadOnlySpan<I32F32> score, I32F32 minority)
    {
        if (stake.Length != score.Length)
        {
            throw new ArgumentException("every score needs its stake", nameof(stake));
        }

        if (score.IsEmpty)
        {
            return I32F32.Zero;
        }

        long[] scores = new long[score.Length];
        long[] stakes = new long[score.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = score[i].Bits;
            stakes[i] = stake[i].Bits;
        }

        return new(SelectInPlace(scores, stakes, 0, minority.Bits));
    }

    /// <summary>
    /// The median of every column over the validators with stake, whose stake is normalised first. A validator without an entry
    /// scores 0.
    /// </summary>
    /// <param name="stake">Active stake of every validator.</param>
    /// <param name="weights">Normalised weights, one row per validator.</param>
    /// <param name="kappa">The part of the stake that decides.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static I32F32[] OfColumns(ReadOnlySpan<I32F32> stake, SparseMatrix weights, I32F32 kappa)
    {
        if (stake.Length != weights.RowCount)
        {
            throw new ArgumentException("every row needs its validator's stake", nameof(stake));
        }

        I32F32[] normalised = new I32F32[stake.Length];
        int validators = 0;
        for (int i = 0; i < stake.Length; i++)
        {
            if (stake[i].Bits > 0)
            {
                normalised[i] = stake[i];
                validators++;
            }
        }

        SparseAlgebra.NormaliseInPlace(normalised);
        I32F32 total = SparseAlgebra.Sum(normalised);
        long minority = (total - kappa).Bits;

        // Positive scores by column. The validators that score 0 need no entries: their stake is what the others leave.
        int[] starts = new int[weights.ColumnCount + 1];
        CountPositive(stake, weights, starts);
        long[] scores = GC.AllocateUninitializedArray<long>(starts[^1]);
        long[] stakes = GC.AllocateUninitializedArray<long>(starts[^1]);
        Transpose(stake, normalised, weights, starts, scores, stakes);

        I32F32[] medians = new I32F32[weights.ColumnCount];
        for (int column = 0, start = 0; column < medians.Length; column++)
        {
            // Transposing moved each start to the end of its column.
            Span<long> columnScores = scores.AsSpan(start..starts[column]);
            Span<long> columnStakes = stakes.AsSpan(start..starts[column]);
            start = starts[column];

            long behindZero = total.Bits;
            foreach (long behind in columnStakes)
            {
                behindZero -= behind;
            }

            bool someScoreZero = columnScores.Length < validators;
            bool zeroDecides = columnScores.IsEmpty || (someScoreZero && minority < behindZero);
            medians[column] = zeroDecides ? I32F32.Zero : new(SelectInPlace(columnScores, columnStakes, behindZero, minority));
        }

        return medians;
    }

    private static void CountPositive(ReadOnlySpan<I32F32> stake, SparseMatrix weights, Span<int> starts)
    {
        for (int row = 0; row < weights.RowCount; row++)
        {
            if (stake[row].Bits > 0)
            {
                ReadOnlySpan<ushort> columns = weights.ColumnsOf(row);
                ReadOnlySpan<I32F32> values = weights.ValuesOf(row);
                for (int k = 0; k < columns.Length; k++)
                {
                    starts[columns[k] + 1] += values[k].Bits > 0 ? 1 : 0;
                }
            }
        }

        for (int column = 1; column < starts.Length; column++)
        {
            starts[column] += starts[column - 1];
        }
    }

    private static void Transpose(
        ReadOnlySpan<I32F32> stake,
        ReadOnlySpan<I32F32> normalised,
        SparseMatrix weights,
        Span<int> next,
        Span<long> scores,
        Span<long> stakes)
    {
        for (int row = 0; row < weights.RowCount; row++)
        {
            long behind = normalised[row].Bits;
            if (stake[row].Bits > 0)
            {
                ReadOnlySpan<ushort> columns = weights.ColumnsOf(row);
                ReadOnlySpan<I32F32> values = weights.ValuesOf(row);
                for (int k = 0; k < columns.Length; k++)
                {
                    if (values[k].Bits > 0)
                    {
                        int place = next[columns[k]]++;
                        scores[place] = values[k].Bits;
                        stakes[place] = behind;
                    }
                }
            }
        }
    }

    /// <summary>
    /// The median of raw bits, reordering both spans. <paramref name="below"/> is stake behind lower scores that were left out.
    /// At least one score.
    /// </summary>
    internal static long SelectInPlace(Span<long> scores, Span<long> stakes, long below, long minority)
    {
        while (scores.Length > 1)
        {
            long pivot = scores[scores.Length / 2];

            // Three-way partition: lower scores to the front, higher ones to the back, the pivot's equals between.
            int lower = 0, upper = scores.Length, i = 0;
            long lowerStake = 0, equalStake = 0;
            while (i < upper)
            {
                long score = scores[i], stake = stakes[i];
                if (score < pivot)
                {
                    (scores[i], stakes[i]) = (scores[lower], stakes[lower]);
                    (scores[lower], stakes[lower]) = (score, stake);
                    lowerStake += stake;
                    lower++;
                    i++;
                }
                else if (score > pivot)
                {
                    upper--;
                    (scores[i], stakes[i]) = (scores[upper], stakes[upper]);
                    (scores[upper], stakes[upper]) = (score, stake);
                }
                else
                {
                    equalStake += stake;
                    i++;
                }
            }

            if (lower > 0 && minority < below + lowerStake)
            {
                scores = scores[..lower];
                stakes = stakes[..lower];
            }
            else if (upper < scores.Length && below + lowerStake + equalStake <= minority)
            {
                below += lowerStake + equalStake;
                scores = scores[upper..];
                stakes = stakes[upper..];
            }
            else
            {
                return pivot;
            }
        }

        return scores[0];
    }
}
