using System.Collections.Frozen;
using System.Text.RegularExpressions;
using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>
/// The unit of a Quantity: its UCUM <c>code</c>, else its <c>unit</c> text through a short alias table. UCUM is case sensitive,
/// annotations in braces do not change a unit, and a unit is never guessed from the size of the number.
/// </summary>
internal static partial class Unit
{
    private const string UcumSystem = "http://unitsofmeasure.org";

    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mmHg"] = "mm[Hg]",
        ["mm Hg"] = "mm[Hg]",
        ["\u00B5mol/L"] = "umol/L",
        ["\u00B5mol/l"] = "umol/L",
        ["\u03BCmol/L"] = "umol/L",
        ["\u03BCmol/l"] = "umol/L",
        ["bpm"] = "/min",
        ["beats/min"] = "/min",
        ["beats/minute"] = "/min",
        ["lb"] = "[lb_av]",
        ["lbs"] = "[lb_av]",
        ["in"] = "[in_i]",
        ["inch"] = "[in_i]",
        ["inches"] = "[in_i]",
        ["kg/m^2"] = "kg/m2",
        ["kg/m\u00B2"] = "kg/m2",
        ["mL/min/1.73m\u00B2"] = "mL/min",
        ["mL/min/1.73 m\u00B2"] = "mL/min",
        ["mL/min/1.73m2"] = "mL/min",
        ["mL/min/1.73 m2"] = "mL/min",
        ["mL/min/1.73_m2"] = "mL/min",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // UCUM writes the litre with either letter (table of derived units), and a rate with or without its one.
    private static readonly FrozenDictionary<string, string> Spellings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mg/dl"] = "mg/dL",
        ["mmol/l"] = "mmol/L",
        ["umol/l"] = "umol/L",
        ["ml/min"] = "mL/min",
        ["1/min"] = "/min",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The unit in its normal form, or null when the quantity names none.</summary>
    public static string? Of(JsonElement quantity)
    {
        if (quantity.Text("system") == UcumSystem && quantity.Text("code") is { } code)
        {
            return Normal(code);
        }

        return quantity.Text("unit")?.Trim() is { } text ? Normal(Aliases.GetValueOrDefault(text, text)) : null;
    }

    /// <summary>A UCUM code without annotations: <c>{beats}/min</c> is <c>/min</c>, <c>mL/min/{1.73_m2}</c> is <c>mL/min</c>.</summary>
    public static string Normal(string code)
    {
        string plain = Annotation().Replace(code, "");
        return Spellings.GetValueOrDefault(plain, plain);
    }

    // With the stroke before it where it is a divisor of its own.
    [GeneratedRegex(@"/\{[^{}]*\}(?=/|$)|\{[^{}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Annotation();
}
