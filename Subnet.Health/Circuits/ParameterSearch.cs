using System.Numerics;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>Chooses parameters as parameters 5 says: the cheapest set that reaches the target, then the smallest scale with two bits to spare.</summary>
internal static class ParameterSearch
{
    private const int SmallestPlainBits = 16;
    private const int SpareBits = 2;
    private const int SmallestScale = -8;
    private const int LargestScale = 46;

    // Rule 2: replies under 20 KB first, then a wider plain modulus, then the wider sets.
    private static readonly (KeylessSet Set, int From, int To)[] Stages =
    [
        (KeylessSet.Default, SmallestPlainBits, 26),
        (KeylessSet.Default, 27, 34),
        (KeylessSet.Wide, SmallestPlainBits, 44),
        (KeylessSet.Large, SmallestPlainBits, 46),
    ];

    // Weights that are declared public need no key, no encryption of zero and no flooding: 13 KB up.
    private static readonly (KeylessSet Set, int From, int To)[] PublicStages = [(KeylessSet.PublicWeights, SmallestPlainBits, 30)];

    /// <summary>The choice for a form, or null when no set reaches the target.</summary>
    /// <param name="formOf">The real form at the feature precision of a stage.</param>
    /// <param name="precisions">Feature bits to try, ascending; one value for exact features.</param>
    /// <param name="target">Whether an integer form is good enough.</param>
    /// <param name="publicWeights">Whether the weights are declared public.</param>
    public static ParameterChoice? Find(Func<int, RealForm> formOf, IReadOnlyList<int> precisions, Func<IntegerForm, bool> target, bool publicWeights = false)
    {
        RealForm[] forms = [.. precisions.Select(formOf)];
        foreach ((KeylessSet set, int from, int to) in publicWeights ? PublicStages : Stages)
        {
            foreach (RealForm form in forms)
            {
                if (Best(form, set, from, to, target) is ParameterChoice found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    /// <summary>Whether one query of a set, and one commitment, hold so many features and classes.</summary>
    public static bool Holds(KeylessSet set, int features, int classes) =>
        (long)features * classes <= GeneratorSet.MaxCount && new KeylessLayout(features, classes, 1).Fits(set);

    /// <summary>The smallest plain modulus of a range that admits a form, or null.</summary>
    public static ParameterChoice? Admit(RealForm real, IntegerForm form, KeylessSet set, int from, int to)
    {
        if (!Holds(set, form.Features, form.Classes))
        {
            return null;
        }

        BigInteger norm1 = RoundUp(form.Norm1);
        BigInteger bound = RoundUp(form.Bound);
        for (int plainBits = Math.Max(from, (int)bound.GetBitLength() + 1); plainBits <= to; plainBits++)
        {
            if (KeylessParameters.Admits(set, plainBits, norm1, bound))
            {
                return new ParameterChoice(new KeylessParameters(set, plainBits), form, norm1, bound, real.LargestRounding(form.ScaleBits));
            }
        }

        return null;
    }

    private static ParameterChoice? Best(RealForm form, KeylessSet set, int from, int to, Func<IntegerForm, bool> target)
    {
        // Admission only gets harder with the scale, so the largest admitted one decides whether the stage can do it.
        int largest = int.MinValue;
        for (int scale = LargestScale; scale >= SmallestScale && largest == int.MinValue; scale--)
        {
            largest = form.AtScale(scale) is IntegerForm candidate && Admit(form, candidate, set, from, to) is not null ? scale : largest;
        }

        if (largest == int.MinValue || !target(form.AtScale(largest)!))
        {
            return null;
        }

        int smallest = largest;
        while (smallest > SmallestScale && target(form.AtScale(smallest - 1)!))
        {
            smallest--;
        }

        return Admit(form, form.AtScale(Math.Min(largest, smallest + SpareBits))!, set, from, to);
    }

    private static BigInteger RoundUp(BigInteger value) =>
        value.IsZero || value.IsOne ? BigInteger.One : BigInteger.One << (int)(value - 1).GetBitLength();
}
