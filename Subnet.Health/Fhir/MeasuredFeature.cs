using System.Collections.Immutable;

namespace Subnet.Health.Fhir;

/// <summary>A unit that a feature accepts: the model's unit is factor * value + offset.</summary>
internal readonly record struct AcceptedUnit(string Code, decimal Factor, decimal Divisor = 1, decimal Offset = 0)
{
    /// <summary>The value in the model's unit.</summary>
    public decimal Convert(decimal value) => (value * Factor / Divisor) + Offset;
}

/// <summary>A feature that is measured: which observations carry it, in which units, and what is plausible.</summary>
/// <param name="Name">The feature's name in model cards.</param>
/// <param name="Codes">LOINC codes in priority order; the order only breaks ties.</param>
/// <param name="Units">Accepted units, the model's own first.</param>
/// <param name="Least">Smallest plausible value, in the model's unit.</param>
/// <param name="Largest">Largest plausible value.</param>
/// <param name="InBloodPressurePanel">Whether the feature also comes as a component of a blood pressure panel.</param>
/// <param name="FastingCode">The one code that says the patient had fasted, where that matters; a value by another is marked as not known to be fasting.</param>
internal sealed record MeasuredFeature(
    string Name, ImmutableArray<string> Codes, ImmutableArray<AcceptedUnit> Units, decimal Least, decimal Largest, bool InBloodPressurePanel = false,
    string? FastingCode = null)
{
    /// <summary>The unit that the model gets.</summary>
    public string Unit => Units[0].Code;
}
