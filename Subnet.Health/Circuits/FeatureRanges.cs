namespace Subnet.Health.Circuits;

/// <summary>The range of each feature, from reference rows: a real feature without a range cannot be bounded, so it is refused.</summary>
internal static class FeatureRanges
{
    // Room on both sides of what was seen, as a part of its span: the next patient is not always inside the training data.
    private const double Margin = 0.25;
    private const double LeastRelativeSpan = 1e-3;

    /// <summary>The encoding of real features at so many bits.</summary>
    /// <exception cref="CircuitException">A feature has no value in any row.</exception>
    public static RealEncoding At(int bits, IReadOnlyList<string> names, ReferenceRows rows) =>
        new([.. Enumerable.Range(0, rows.Width).Select(feature => Feature(bits, names[feature], feature, rows))]);

    private static RealFeature Feature(int bits, string name, int feature, ReferenceRows rows)
    {
        double lowest = double.PositiveInfinity;
        double highest = double.NegativeInfinity;
        bool binary = true;
        for (int row = 0; row < rows.Count; row++)
        {
            float value = rows.Row(row)[feature];
            if (float.IsFinite(value))
            {
                lowest = Math.Min(lowest, value);
                highest = Math.Max(highest, value);
                binary &= value is 0 or 1;
            }
        }

        if (lowest > highest)
        {
            throw new CircuitException($"no reference row has a value of {name}, so it has no range; give rows that do.");
        }

        if (binary)
        {
            return RealFeature.Binary(name);
        }

        double span = Math.Max(highest - lowest, LeastRelativeSpan * Math.Max(1, Math.Abs(highest)));
        return RealFeature.Range(name, lowest - (Margin * span), highest + (Margin * span), bits);
    }
}
