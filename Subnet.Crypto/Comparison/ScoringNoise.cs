namespace Subnet.Crypto.Comparison;

/// <summary>The largest noise of a measure's outputs before flooding, from the measure's own circuit (parameters 3).</summary>
internal static class ScoringNoise
{
    /// <summary>Values, tags and checks, each with its Enc_pk(0).</summary>
    public static NoiseEstimate Of(ScoringMeasure measure)
    {
        NoiseArithmetic arithmetic = new(measure.Set.Parameters);
        // Instances of their own: a product of one with itself is a square, of two it is not.
        NoiseEstimate[] inputs = [.. Enumerable.Range(0, measure.PredictionCount + measure.LabelCount).Select(_ => arithmetic.Input with { })];
        NoiseEstimate largest = ScoringCircuits.Values(arithmetic, measure, inputs)
            .Select(arithmetic.ScaleUniform)
            .Append(Check(arithmetic, measure, inputs))
            .Aggregate(NoiseEstimate.Largest);
        return arithmetic.Add(largest, arithmetic.Zero);
    }

    private static NoiseEstimate Check(NoiseArithmetic arithmetic, ScoringMeasure measure, NoiseEstimate[] inputs)
    {
        IEnumerable<NoiseEstimate> terms = ScoringCircuits.Bits(arithmetic, measure, inputs).Select(bit => ScoringCircuits.Defect(arithmetic, bit));
        if (measure.Kind == ScoringKind.Pairs)
        {
            terms = [.. terms, .. inputs];
        }

        return terms.Select(arithmetic.MultiplyBatch).Aggregate(arithmetic.Add);
    }
}
