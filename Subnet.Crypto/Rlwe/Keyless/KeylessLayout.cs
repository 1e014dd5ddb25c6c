namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// Where features, weights and answers stand in the coefficients (parameters 2, Packing): feature i of row p in coefficient
/// p K n + i, weight i of class k in coefficient k n + n - 1 - i, so that the answer of (p, k) is coefficient (p K + k) n + n - 1 of
/// the product and no other term reaches it.
/// </summary>
/// <param name="Features">n, the constant feature 0 included.</param>
/// <param name="Classes">K.</param>
/// <param name="Rows">R, one of the size classes 1, 16, 256.</param>
public readonly record struct KeylessLayout(int Features, int Classes, int Rows)
{
    /// <summary>The size classes of a query: rows are padded with zero rows up to one of them.</summary>
    public static ReadOnlySpan<int> RowClasses => [1, 16, 256];

    /// <summary>Answers in a reply: R K.</summary>
    public int Answers => Rows * Classes;

    /// <summary>Whether R K n coefficients fit into the ring and R is a size class.</summary>
    public bool Fits(KeylessSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Features > 0 && Classes > 0 && RowClasses.Contains(Rows) && (long)Rows * Classes * Features <= set.Degree;
    }

    /// <summary>Coefficient of feature <paramref name="feature"/> of row <paramref name="row"/>.</summary>
    public int FeaturePosition(int row, int feature) => (row * Classes * Features) + feature;

    /// <summary>Coefficient of weight <paramref name="feature"/> of class <paramref name="outputClass"/>.</summary>
    public int WeightPosition(int outputClass, int feature) => (outputClass * Features) + Features - 1 - feature;

    /// <summary>Coefficient of answer number <paramref name="answer"/> = row K + class.</summary>
    public int AnswerPosition(int answer) => (answer * Features) + Features - 1;

    /// <summary>The smallest size class that holds a number of rows and fits the set, or null.</summary>
    public static KeylessLayout? ForRows(KeylessSet set, int features, int classes, int rows)
    {
        foreach (int size in RowClasses)
        {
            KeylessLayout layout = new(features, classes, size);
            if (size >= rows && layout.Fits(set))
            {
                return layout;
            }
        }

        return null;
    }
}
