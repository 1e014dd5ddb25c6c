namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// How rows, classes and features of a query share its coefficients (parameters 2, Packing). As long as R K n coefficients fit the
/// ring, one ciphertext holds them all; a single row with more is cut into several, whose products are summed.
/// </summary>
/// <param name="Features">n, the constant feature 0 included.</param>
/// <param name="Classes">K.</param>
/// <param name="Rows">R, one of the size classes 1, 16, 256.</param>
public readonly record struct KeylessLayout(int Features, int Classes, int Rows)
{
    /// <summary>The most ciphertexts of one query: an upload of 1.6 MB in set 1 and of 4.9 MB in set 3.</summary>
    public const int MaxCiphertexts = 32;

    /// <summary>The size classes of a query: rows are padded with zero rows up to one of them.</summary>
    public static ReadOnlySpan<int> RowClasses => [1, 16, 256];

    /// <summary>Answers in a reply: R K.</summary>
    public int Answers => Rows * Classes;

    /// <summary>Whether the query can be asked under a set, and R is a size class. The set for public weights has one ciphertext only.</summary>
    public bool Fits(KeylessSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Features > 0 && Classes > 0 && Classes <= set.Degree && RowClasses.Contains(Rows)
            && (IsWhole(set) || (Rows == 1 && !set.WeightsArePublic && Place(set).Ciphertexts <= MaxCiphertexts));
    }

    /// <summary>Where everything stands under a set that the layout fits.</summary>
    public KeylessPlacement Place(KeylessSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        int stride = IsWhole(set) ? Features : set.Degree / Classes;
        return new KeylessPlacement(Classes, stride, (Features + stride - 1) / stride);
    }

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

    private bool IsWhole(KeylessSet set) => (long)Rows * Classes * Features <= set.Degree;
}
