namespace Subnet.Crypto.Comparison;

/// <summary>
/// Greater-than on bit planes: segments of neighbouring bits as (greater, equal), joined by halves as greater = high.greater + high.equal low.greater and equal = high.equal
/// low.equal, so the depth is the logarithm of the bits. Exact for bits; what is no bit fails the checks.
/// </summary>
internal static class BitComparison
{
    /// <summary>Whether p, least significant plane first, is at least a public threshold from 1 to 2^bits - 1: 1 or 0 in every slot.</summary>
    public static T AtLeast<T>(IScoringArithmetic<T> arithmetic, ReadOnlySpan<T> planes, int threshold)
        where T : class
    {
        // p >= threshold is p > threshold - 1; a bit x is greater than a constant bit 0 where it is set, and greater than 1 never.
        int constant = threshold - 1;
        Segment<T>[] leaves = new Segment<T>[planes.Length];
        for (int bit = 0; bit < leaves.Length; bit++)
        {
            T x = planes[bit];
            leaves[bit] = ((constant >> bit) & 1) == 1
                ? new Segment<T>(null, x)
                : new Segment<T>(x, Complement(arithmetic, x));
        }

        return Join(arithmetic, leaves, needsEqual: false).Greater!;
    }

    /// <summary>Whether a &gt; b, or a = b and the tie falls to a: 1 or 0 in every slot.</summary>
    /// <param name="arithmetic">The arithmetic.</param>
    /// <param name="a">Planes of a.</param>
    /// <param name="b">Planes of b.</param>
    /// <param name="tie">A bit: whether a wins where both are equal.</param>
    public static T Wins<T>(IScoringArithmetic<T> arithmetic, ReadOnlySpan<T> a, ReadOnlySpan<T> b, T tie)
        where T : class
    {
        // The tie is one more bit below the lowest; nothing is below it, so whether it is equal is never asked.
        Segment<T>[] leaves = new Segment<T>[a.Length + 1];
        leaves[0] = new Segment<T>(tie, null);
        for (int bit = 0; bit < a.Length; bit++)
        {
            T both = arithmetic.Multiply(a[bit], b[bit]);
            T sum = arithmetic.Add(a[bit], b[bit]);
            T different = arithmetic.Subtract(sum, arithmetic.Scale(both, 2));
            leaves[bit + 1] = new Segment<T>(arithmetic.Subtract(a[bit], both), Complement(arithmetic, different));
        }

        return Join(arithmetic, leaves, needsEqual: false).Greater!;
    }

    /// <summary>1 - x.</summary>
    public static T Complement<T>(IScoringArithmetic<T> arithmetic, T x)
        where T : class => arithmetic.AddConstant(arithmetic.Negate(x), 1);

    private static Segment<T> Join<T>(IScoringArithmetic<T> arithmetic, ReadOnlySpan<Segment<T>> segments, bool needsEqual)
        where T : class
    {
        if (segments.Length == 1)
        {
            return segments[0];
        }

        int half = segments.Length / 2;
        Segment<T> low = Join(arithmetic, segments[..half], needsEqual);
        Segment<T> high = Join(arithmetic, segments[half..], needsEqual: true);
        T? below = low.Greater is null ? null : arithmetic.Multiply(high.Equal!, low.Greater);
        T? greater = high.Greater is null || below is null ? high.Greater ?? below : arithmetic.Add(high.Greater, below);
        return new Segment<T>(greater, needsEqual ? arithmetic.Multiply(high.Equal!, low.Equal!) : null);
    }

    /// <summary>Neighbouring bits compared: null stands for never (greater) or not needed (equal).</summary>
    private readonly record struct Segment<T>(T? Greater, T? Equal)
        where T : class;
}
