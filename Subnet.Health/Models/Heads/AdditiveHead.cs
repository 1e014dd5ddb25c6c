using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>score = intercept + sum of one shape function for each mapped feature (generalised additive model).</summary>
/// <param name="FeatureCount">Length of the feature vector; features without a shape do not count.</param>
/// <param name="Intercept">Finite constant term.</param>
/// <param name="Shapes">The shape functions; each feature at most once.</param>
internal sealed record AdditiveHead(int FeatureCount, double Intercept, ImmutableArray<ShapeFunction> Shapes)
    : ModelHead(FeatureCount, 1);

/// <summary>A step function: the effect of the first bin i with x &lt;= UpperBounds[i]; NaN takes bin 0.</summary>
/// <param name="Feature">Which feature.</param>
/// <param name="UpperBounds">Ascending; the last is positive infinity.</param>
/// <param name="Effects">As many as bounds, finite.</param>
internal sealed record ShapeFunction(int Feature, ImmutableArray<double> UpperBounds, ImmutableArray<double> Effects)
{
    /// <summary>The bin of a value.</summary>
    public int Bin(double x)
    {
        // First bound not below x: with NaN every comparison is false and the search ends at 0.
        ReadOnlySpan<double> bounds = UpperBounds.AsSpan();
        int low = 0;
        int high = bounds.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (bounds[middle] < x)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
