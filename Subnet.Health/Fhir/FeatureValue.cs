using System.Globalization;

namespace Subnet.Health.Fhir;

/// <summary>One extracted feature and where it came from.</summary>
internal sealed record FeatureValue
{
    private const int Decimals = 4;

    /// <summary>The number in the model's unit, unrounded; null for a word.</summary>
    public decimal? Number { get; init; }

    /// <summary>The word of a coded feature; null for a number.</summary>
    public string? Word { get; init; }

    /// <summary>The LOINC code of the observation it came from.</summary>
    public string? Code { get; init; }

    /// <summary>When it was observed; for a derived one the earlier of what it was computed from.</summary>
    public FhirInstant? Time { get; init; }

    /// <summary>How many acceptable observations there were.</summary>
    public int? Of { get; init; }

    /// <summary>Whether it was computed from other features.</summary>
    public bool IsDerived { get; init; }

    /// <summary>Whether the source gave less than the whole date.</summary>
    public bool IsApproximate { get; init; }

    /// <summary>Whether fasting matters to the feature and the code does not say that the patient had fasted.</summary>
    public bool IsNotKnownFasting { get; init; }

    /// <summary>The word, or the number rounded half to even to 4 places without trailing zeros.</summary>
    public string Text => Word ?? Rounded(Number!.Value);

    private static string Rounded(decimal value)
    {
        string text = Math.Round(value, Decimals, MidpointRounding.ToEven).ToString("0.####", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }
}

/// <summary>The features of one patient.</summary>
/// <param name="Values">By feature name.</param>
/// <param name="Skipped"><c>feature:reason</c> of observations that were passed over, sorted; reason is one of modifier, status, time, no-value, comparator, unit, range.</param>
internal sealed record FeatureSet(IReadOnlyDictionary<string, FeatureValue> Values, IReadOnlyList<string> Skipped);
