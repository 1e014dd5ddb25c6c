using System.Numerics;
using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The stake-weighted median of the scores of one miner (<c>design/yuma.md</c> 3.6): the least score p such that the stake behind
/// scores up to p exceeds the minority.
/// </summary>
/// <remarks>
/// The reference partitions around pivots and keeps the stake below and above as running sums. Those sums are sums of integers and
/// exact, so which values are tried does not change the answer: the least score whose stake up to it exceeds the minority, the
/// highest score where none does. The tests hold this against a literal twin of the reference.
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

        return new(Select(scores, stakes, 0, minority.Bits));
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
            ReadOnlySpan<long> columnScores = scores.AsSpan(start..starts[column]);
            ReadOnlySpan<long> columnStakes = stakes.AsSpan(start..starts[column]);
            start = starts[column];

            long behindZero = total.Bits;
            foreach (long behind in columnStakes)
            {
                behindZero -= behind;
            }

            bool someScoreZero = columnScores.Length < validators;
            bool zeroDecides = columnScores.IsEmpty || (someScoreZero && minority < behindZero);
            medians[column] = zeroDecides ? I32F32.Zero : new(Select(columnScores, columnStakes, behindZero, minority));
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
    /// The median of raw bits by halving the range of scores that it can have. At least one score.
    /// </summary>
    /// <param name="scores">Scores.</param>
    /// <param name="stakes">Stake behind each.</param>
    /// <param name="below">Stake behind lower scores that were left out.</param>
    /// <param name="minority">The stake that does not decide.</param>
    private static long Select(ReadOnlySpan<long> scores, ReadOnlySpan<long> stakes, long below, long minority)
    {
        (long low, long high) = Range(scores);
        while (low < high)
        {
            long middle = low + (long)((ulong)unchecked(high - low) >> 1);
            Split split = Split.At(scores, stakes, middle);
            if (below + split.StakeUpTo > minority)
            {
                high = split.HighestUpTo;
            }
            else
            {
                low = split.LowestAbove;
            }
        }

        return low;
    }

    private static (long Low, long High) Range(ReadOnlySpan<long> scores)
    {
        long low = long.MaxValue, high = long.MinValue;
        foreach (long score in scores)
        {
            low = Math.Min(low, score);
            high = Math.Max(high, score);
        }

        return (low, high);
    }

    /// <summary>The scores on both sides of a value.</summary>
    /// <param name="StakeUpTo">Stake behind scores up to the value.</param>
    /// <param name="HighestUpTo">The highest of them.</param>
    /// <param name="LowestAbove">The lowest of the others.</param>
    private readonly record struct Split(long StakeUpTo, long HighestUpTo, long LowestAbove)
    {
        public static Split At(ReadOnlySpan<long> scores, ReadOnlySpan<long> stakes, long value)
        {
            long stake = 0, highest = long.MinValue, lowest = long.MaxValue;
            int i = 0;
            if (Vector.IsHardwareAccelerated && scores.Length >= Vector<long>.Count)
            {
                Vector<long> values = new(value), sum = Vector<long>.Zero, low = new(lowest), high = new(highest);
                for (; i <= scores.Length - Vector<long>.Count; i += Vector<long>.Count)
                {
                    Vector<long> score = new(scores[i..]);
                    Vector<long> isAbove = Vector.GreaterThan(score, values);
                    sum += Vector.AndNot(new Vector<long>(stakes[i..]), isAbove);
                    high = Vector.Max(high, Vector.ConditionalSelect(isAbove, high, score));
                    low = Vector.Min(low, Vector.ConditionalSelect(isAbove, score, low));
                }

                stake = Vector.Sum(sum);
                for (int lane = 0; lane < Vector<long>.Count; lane++)
                {
                    highest = Math.Max(highest, high[lane]);
                    lowest = Math.Min(lowest, low[lane]);
                }
            }

            for (; i < scores.Length; i++)
            {
                if (scores[i] > value)
                {
                    lowest = Math.Min(lowest, scores[i]);
                }
                else
                {
                    highest = Math.Max(highest, scores[i]);
                    stake += stakes[i];
                }
            }

            return new(stake, highest, lowest);
        }
    }
}
