using System.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>A point of a Lorenz curve: the poorest part of the owners holds this part of the whole.</summary>
/// <param name="Owners">Part of the owners, 0 to 1, from the poorest up.</param>
/// <param name="Holdings">What they hold together, 0 to 1.</param>
public readonly record struct LorenzPoint(double Owners, double Holdings);

/// <summary>
/// How concentrated stake or emission is. Count by controlling coldkey: one owner behind many hotkeys is one owner.
/// </summary>
public sealed class Concentration
{
    private readonly ulong[] ascending;
    private readonly BigInteger total;

    private Concentration(IEnumerable<ulong> holdings)
    {
        ascending = [.. holdings.Where(h => h > 0).Order()];
        total = ascending.Aggregate(BigInteger.Zero, (sum, h) => sum + h);
    }

    /// <summary>Concentration of amounts by owner; owners without anything do not count.</summary>
    /// <typeparam name="TOwner">What an owner is known by.</typeparam>
    /// <param name="holdings">Owner and amount, in smallest units; an owner may occur often.</param>
    /// <exception cref="OverflowException">One owner's amounts do not fit 64 bits.</exception>
    public static Concentration ByOwner<TOwner>(IEnumerable<KeyValuePair<TOwner, ulong>> holdings)
        where TOwner : notnull
    {
        ArgumentNullException.ThrowIfNull(holdings);
        Dictionary<TOwner, ulong> byOwner = [];
        foreach ((TOwner owner, ulong amount) in holdings)
        {
            byOwner[owner] = checked(byOwner.GetValueOrDefault(owner) + amount);
        }

        return new(byOwner.Values);
    }

    /// <summary>Number of owners that hold anything.</summary>
    public int Owners => ascending.Length;

    /// <summary>
    /// The Gini coefficient: 0 where all hold alike, towards 1 where one holds everything. <c>2 * sum(i * x_i) / (n * sum(x)) - (n + 1) / n</c>
    /// over ascending x.
    /// </summary>
    public double Gini
    {
        get
        {
            if (Owners == 0)
            {
                return 0;
            }

            BigInteger weighted = BigInteger.Zero;
            for (int i = 0; i < ascending.Length; i++)
            {
                weighted += (BigInteger)(i + 1) * ascending[i];
            }

            return Ratio((2 * weighted) - ((Owners + 1) * total), Owners * total);
        }
    }

    /// <summary>The Herfindahl-Hirschman index, the sum of squared shares: 1/n where all hold alike, 1 where one holds everything.</summary>
    public double HerfindahlHirschman =>
        Owners == 0 ? 0 : Ratio(ascending.Aggregate(BigInteger.Zero, (sum, h) => sum + ((BigInteger)h * h)), total * total);

    /// <summary>The Nakamoto coefficient: the fewest owners that together hold more than a part of the whole; 0 where there are none.</summary>
    /// <param name="percent">The part, 0 to 99.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not such a part.</exception>
    public int Nakamoto(int percent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 99);
        BigInteger held = BigInteger.Zero;
        for (int count = 1; count <= Owners; count++)
        {
            held += ascending[^count];
            if (held * 100 > total * percent)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>The Lorenz curve, from (0, 0) to (1, 1), one point per owner.</summary>
    public IReadOnlyList<LorenzPoint> Lorenz()
    {
        List<LorenzPoint> curve = [new(0, 0)];
        BigInteger held = BigInteger.Zero;
        for (int i = 0; i < ascending.Length; i++)
        {
            held += ascending[i];
            curve.Add(new((i + 1.0) / Owners, Ratio(held, total)));
        }

        return curve;
    }

    /// <summary>A quotient of integers of any size to 15 decimals.</summary>
    private static double Ratio(BigInteger numerator, BigInteger denominator)
    {
        BigInteger scale = BigInteger.Pow(10, 15);
        return (double)(numerator * scale / denominator) / 1e15;
    }
}
