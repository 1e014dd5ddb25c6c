using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A score and the shape of its inputs: which circuit, how many bits a prediction has, and what is public about it (threshold, classes). Making one checks that the
/// circuit's noise leaves 2^40 times its bound for flooding; a shape for which it does not is refused. Immutable.
/// </summary>
public sealed record ScoringMeasure
{
    private const double FloodingMargin = 40;

    private ScoringMeasure(ScoringKind kind, int bits, int classes, int threshold)
    {
        Kind = kind;
        Bits = bits;
        Classes = classes;
        Threshold = threshold;
        Set = kind == ScoringKind.SquaredError ? ScoringSet.SquaredError : ScoringSet.Pairwise;
        Noise = ScoringNoise.Of(this);
        if (Noise.LogPrivacyBound + FloodingMargin > Set.FloodBits)
        {
            throw new ArgumentException(
                $"{Word} is refused: flooding of 2^{Set.FloodBits} is less than 2^40 times the noise bound 2^{Noise.LogPrivacyBound:F1} of {Set}");
        }
    }

    /// <summary>The circuit.</summary>
    public ScoringKind Kind { get; }

    /// <summary>Bits of a prediction or class score.</summary>
    public int Bits { get; }

    /// <summary>Classes of an argmax; 1 for the others.</summary>
    public int Classes { get; }

    /// <summary>A prediction of this or more is positive; 0 where there is no threshold.</summary>
    public int Threshold { get; }

    /// <summary>The parameter set.</summary>
    public ScoringSet Set { get; }

    /// <summary>The largest noise of an output before flooding.</summary>
    public NoiseEstimate Noise { get; }

    /// <summary>log2 of what flooding has above the privacy bound; at least 40.</summary>
    public double LogFloodingRatio => Set.FloodBits - Noise.LogPrivacyBound;

    /// <summary>Values that the circuit gives, before tags and checks.</summary>
    public int ValueCount => Kind switch { ScoringKind.SquaredError => 1, ScoringKind.Counts => 3, _ => 2 };

    /// <summary>Outputs of one validator: values, tags, checks.</summary>
    public int OutputCount => ScoringEvaluator.OutputCount(Set, ValueCount);

    /// <summary>Ciphertexts of one miner's predictions.</summary>
    public int PredictionCount => (Kind == ScoringKind.Pairs ? 2 : 1) * Classes * Bits;

    /// <summary>Ciphertexts of the labels.</summary>
    public int LabelCount => Kind == ScoringKind.Pairs ? 2 : Classes;

    /// <summary>Patients of one evaluation, at most; pairs want exactly this many.</summary>
    public int BlockPatients => Kind == ScoringKind.Pairs ? ScoringBatch.PairwisePatients : Set.Parameters.PolyModulusDegree;

    /// <summary>The name in messages: <c>brier-8</c>, <c>auc-7</c>, <c>counts-7-64</c> (bits, threshold), <c>argmax-3-6</c> (classes, bits).</summary>
    public string Word => Kind switch
    {
        ScoringKind.SquaredError => $"brier-{Bits}",
        ScoringKind.Pairs => $"auc-{Bits}",
        ScoringKind.Counts => $"counts-{Bits}-{Threshold}",
        _ => $"argmax-{Classes}-{Bits}",
    };

    /// <summary>Squared errors of predictions of 1 to 8 bits against outcomes of 0 or 255.</summary>
    /// <exception cref="ArgumentException">Another number of bits.</exception>
    public static ScoringMeasure SquaredError(int bits = 8) => new(ScoringKind.SquaredError, InRange(bits, 1, 8, "bits"), 1, 0);

    /// <summary>Pairs of 128 patients, predictions of 1 to 7 bits. Eight bits leave no margin for flooding.</summary>
    /// <exception cref="ArgumentException">Another number of bits.</exception>
    public static ScoringMeasure Pairs(int bits) => new(ScoringKind.Pairs, InRange(bits, 1, 8, "bits"), 1, 0);

    /// <summary>Counts of up to 16384 patients at a threshold: p &gt;= threshold is predicted positive. 1 to 8 bits.</summary>
    /// <exception cref="ArgumentException">Another number of bits, or a threshold outside 1 to 2^bits - 1: with 0 empty slots would count.</exception>
    public static ScoringMeasure Counts(int bits, int threshold) =>
        new(ScoringKind.Counts, InRange(bits, 1, 8, "bits"), 1, InRange(threshold, 1, (1 << bits) - 1, "threshold"));

    /// <summary>Correctness of the largest of 2 to 8 class scores of 1 to 7 bits; equal scores go to the class with the lower number.</summary>
    /// <exception cref="ArgumentException">Another number of bits or classes.</exception>
    public static ScoringMeasure Argmax(int classes, int bits) =>
        new(ScoringKind.Argmax, InRange(bits, 1, 7, "bits"), InRange(classes, 2, 8, "classes"), 0);

    /// <summary>Reads a <see cref="Word"/>; only the one spelling is accepted.</summary>
    public static bool TryParse(string? word, [NotNullWhen(true)] out ScoringMeasure? measure)
    {
        measure = null;
        string[] parts = word?.Split('-') ?? [];
        int[] numbers = [.. parts.Skip(1).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        try
        {
            measure = (parts.FirstOrDefault(), numbers) switch
            {
                ("brier", [int bits]) => SquaredError(bits),
                ("auc", [int bits]) => Pairs(bits),
                ("counts", [int bits, int threshold]) => Counts(bits, threshold),
                ("argmax", [int classes, int bits]) => Argmax(classes, bits),
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            return false;
        }

        measure = measure?.Word == word ? measure : null;
        return measure is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Word;

    private static int InRange(int value, int least, int most, string what) => value >= least && value <= most
        ? value
        : throw new ArgumentException($"{what} of a score are {least} to {most}, not {value}");
}
