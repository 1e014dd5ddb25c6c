namespace Subnet.Crypto.Comparison;

/// <summary>
/// The scoring circuits, value by value (parameters 3.1), over ciphertexts or noise estimates. Inputs stand in their order: prediction planes (class by class, least
/// significant first), label planes; for pairs the same again in layout B, the label there as 1 - y.
/// </summary>
internal static class ScoringCircuits
{
    private const int BlockLength = 8;

    /// <summary>The circuit's values.</summary>
    public static IReadOnlyList<T> Values<T>(IScoringArithmetic<T> arithmetic, ScoringMeasure measure, IReadOnlyList<T> inputs)
        where T : class
    {
        T[] ordered = [.. inputs];
        return measure.Kind switch
        {
            ScoringKind.SquaredError => [SquaredError(arithmetic, ordered)],
            ScoringKind.Pairs => [PairSigns(arithmetic, measure, ordered), ordered[measure.Bits]],
            ScoringKind.Counts => Counts(arithmetic, measure, ordered),
            _ => [ArgmaxIsTrue(arithmetic, measure, ordered), Sum(arithmetic, ordered.AsSpan(measure.PredictionCount))],
        };
    }

    /// <summary>What must be a bit: every plane and label of layout A, and for an argmax the sum of a patient's labels.</summary>
    public static IReadOnlyList<T> Bits<T>(IScoringArithmetic<T> arithmetic, ScoringMeasure measure, IReadOnlyList<T> inputs)
        where T : class
    {
        T[] first = [.. inputs.Take(FirstLayoutCount(measure))];
        return measure.Kind == ScoringKind.Argmax ? [.. first, Sum(arithmetic, first.AsSpan(measure.PredictionCount))] : first;
    }

    /// <summary>x² - x.</summary>
    public static T Defect<T>(IScoringArithmetic<T> arithmetic, T x)
        where T : class => arithmetic.Subtract(arithmetic.Multiply(x, x), x);

    /// <summary>Planes and labels of layout A.</summary>
    public static int FirstLayoutCount(ScoringMeasure measure) => (measure.Classes * measure.Bits) + measure.Classes;

    /// <summary>v = (p - 255 y)², slot by slot.</summary>
    private static T SquaredError<T>(IScoringArithmetic<T> arithmetic, T[] inputs)
        where T : class
    {
        T difference = arithmetic.Subtract(Recompose(arithmetic, inputs.AsSpan()[..^1]), arithmetic.Scale(inputs[^1], 255));
        return arithmetic.Multiply(difference, difference);
    }

    /// <summary>p = sum of 2^b p_b.</summary>
    private static T Recompose<T>(IScoringArithmetic<T> arithmetic, ReadOnlySpan<T> planes)
        where T : class
    {
        Span<ulong> powers = stackalloc ulong[planes.Length];
        for (int bit = 0; bit < planes.Length; bit++)
        {
            powers[bit] = 1UL << bit;
        }

        return arithmetic.Combine(planes, powers);
    }

    /// <summary>
    /// v = sign(pA - pB) yA (1 - yB), slot by slot: slot 128 i + j compares patient i with patient j, so the slots sum to the number of pairs ordered right less those
    /// ordered wrong.
    /// </summary>
    private static T PairSigns<T>(IScoringArithmetic<T> arithmetic, ScoringMeasure measure, T[] inputs)
        where T : class
    {
        int bits = measure.Bits;
        ReadOnlySpan<T> ordered = inputs;
        T d = arithmetic.Subtract(Recompose(arithmetic, ordered[..bits]), Recompose(arithmetic, ordered.Slice(bits + 1, bits)));
        T m = arithmetic.Multiply(inputs[bits], inputs[(2 * bits) + 1]);
        T g = arithmetic.Multiply(d, m);
        if (bits == 1)
        {
            // One bit: d is its own sign.
            return g;
        }

        T u = arithmetic.Multiply(d, d);
        return arithmetic.Multiply(g, EvenPart(arithmetic, u, SignPolynomial.EvenPart(bits, measure.Set.Parameters.PlainModulus)));
    }

    /// <summary>q(u) in blocks of eight coefficients, neighbours joined as low + high u^8, then u^16, ...</summary>
    private static T EvenPart<T>(IScoringArithmetic<T> arithmetic, T u, ulong[] coefficients)
        where T : class
    {
        int highest = Math.Min(BlockLength, coefficients.Length - 1);
        T[] powers = new T[BlockLength + 1];
        powers[1] = u;
        for (int i = 2; i <= highest; i++)
        {
            powers[i] = arithmetic.Multiply(powers[i / 2], powers[(i + 1) / 2]);
        }

        List<T> blocks = [.. coefficients.Chunk(BlockLength).Select(block => Block(arithmetic, block, powers))];
        T power = powers[highest];
        while (blocks.Count > 1)
        {
            List<T> joined = [];
            for (int i = 0; i < blocks.Count; i += 2)
            {
                joined.Add(i + 1 < blocks.Count ? arithmetic.Add(blocks[i], arithmetic.Multiply(blocks[i + 1], power)) : blocks[i]);
            }

            blocks = joined;
            if (blocks.Count > 1)
            {
                power = arithmetic.Multiply(power, power);
            }
        }

        return blocks[0];
    }

    /// <summary>sum of c_i u^i, the constant last. A coefficient that is zero adds nothing and is left out.</summary>
    private static T Block<T>(IScoringArithmetic<T> arithmetic, ulong[] coefficients, T[] powers)
        where T : class
    {
        T sum = arithmetic.Combine(powers.AsSpan(1, coefficients.Length - 1), coefficients.AsSpan(1));
        return arithmetic.AddConstant(sum, coefficients[0]);
    }

    /// <summary>True positives, predicted positives, positives. An empty slot is 0 in every plane: below the threshold and without a label.</summary>
    private static T[] Counts<T>(IScoringArithmetic<T> arithmetic, ScoringMeasure measure, T[] inputs)
        where T : class
    {
        T positive = BitComparison.AtLeast(arithmetic, inputs.AsSpan()[..^1], measure.Threshold);
        return [arithmetic.Multiply(positive, inputs[^1]), positive, inputs[^1]];
    }

    /// <summary>
    /// The score of the true class, selected by the labels, compared with each class; the true class wins a tie against class j where its number is at most j. The product
    /// over j is 1 where the true class wins against all. An empty slot has no label, loses every tie, and is 0.
    /// </summary>
    private static T ArgmaxIsTrue<T>(IScoringArithmetic<T> arithmetic, ScoringMeasure measure, T[] inputs)
        where T : class
    {
        int bits = measure.Bits;
        T[] labels = inputs[measure.PredictionCount..];
        T[] chosen = new T[bits];
        for (int bit = 0; bit < bits; bit++)
        {
            chosen[bit] = Sum(arithmetic, [.. labels.Select((label, c) => arithmetic.Multiply(label, inputs[(c * bits) + bit]))]);
        }

        T tie = labels[0];
        List<T> factors = [];
        for (int j = 0; j < measure.Classes; j++)
        {
            tie = j == 0 ? tie : arithmetic.Add(tie, labels[j]);
            factors.Add(BitComparison.Wins(arithmetic, chosen, inputs.AsSpan(j * bits, bits), tie));
        }

        while (factors.Count > 1)
        {
            factors = [.. factors.Chunk(2).Select(pair => pair.Length == 2 ? arithmetic.Multiply(pair[0], pair[1]) : pair[0])];
        }

        return factors[0];
    }

    private static T Sum<T>(IScoringArithmetic<T> arithmetic, ReadOnlySpan<T> terms)
        where T : class
    {
        T sum = terms[0];
        foreach (T term in terms[1..])
        {
            sum = arithmetic.Add(sum, term);
        }

        return sum;
    }
}
