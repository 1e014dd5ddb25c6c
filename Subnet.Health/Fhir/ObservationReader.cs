using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Finds the observations that carry a measured feature and judges each (fhir-mapping 3).</summary>
internal static class ObservationReader
{
    private static readonly string[] UsableStatus = ["final", "amended", "corrected"];

    /// <summary>The newest acceptable value of a feature, or null; what was passed over goes to <paramref name="skipped"/>.</summary>
    public static FeatureValue? Newest(MeasuredFeature feature, IReadOnlyList<FhirResource> observations, DateTime before, ISet<string> skipped)
    {
        Candidate? best = null;
        int acceptable = 0;
        for (int place = 0; place < observations.Count; place++)
        {
            foreach ((JsonElement holder, int priority) in Holders(feature, observations[place].Element))
            {
                string? reason = Judge(feature, observations[place], holder, before, out decimal value, out FhirInstant time);
                if (reason is not null)
                {
                    skipped.Add($"{feature.Name}:{reason}");
                    continue;
                }

                acceptable++;
                Candidate candidate = new(time, -priority, Issued(observations[place].Element), place, value);
                if (best is null || candidate.CompareTo(best.Value) >= 0)
                {
                    best = candidate;
                }
            }
        }

        return best is not { } chosen
            ? null
            : new FeatureValue
            {
                Number = chosen.Value,
                Code = feature.Codes[-chosen.Priority],
                Time = chosen.Time,
                Of = acceptable,
                IsNotKnownFasting = feature.FastingCode is { } fasting && feature.Codes[-chosen.Priority] != fasting,
            };
    }

    /// <summary>When an observation was made, or null: effective[x], else issued.</summary>
    public static FhirInstant? Time(JsonElement observation)
    {
        JsonElement? period = observation.Object("effectivePeriod");
        string? text = observation.Text("effectiveDateTime") ?? observation.Text("effectiveInstant")
            ?? period?.Text("end") ?? period?.Text("start") ?? observation.Text("issued");
        return FhirInstant.TryParse(text, out FhirInstant time) ? time : null;
    }

    /// <summary>Whether the observation's status lets it be used.</summary>
    public static bool IsUsable(JsonElement observation) => UsableStatus.Contains(observation.Text("status"), StringComparer.Ordinal);

    /// <summary>When the observation was published; a missing time is before any other.</summary>
    public static FhirInstant Issued(JsonElement observation) => FhirInstant.TryParse(observation.Text("issued"), out FhirInstant issued) ? issued : default;

    // The observation itself, or the components of a blood pressure panel.
    private static IEnumerable<(JsonElement Holder, int Priority)> Holders(MeasuredFeature feature, JsonElement observation)
    {
        int own = Priority(feature, observation);
        if (own >= 0)
        {
            yield return (observation, own);
        }
        else if (feature.InBloodPressurePanel && observation.Codes("code", FeatureCatalog.Loinc).Any(code => FeatureCatalog.BloodPressurePanels.Contains(code)))
        {
            foreach (JsonElement component in observation.Items("component"))
            {
                int priority = Priority(feature, component);
                if (priority >= 0)
                {
                    yield return (component, priority);
                }
            }
        }
    }

    private static int Priority(MeasuredFeature feature, JsonElement element)
    {
        int best = -1;
        foreach (string code in element.Codes("code", FeatureCatalog.Loinc))
        {
            int place = feature.Codes.IndexOf(code);
            best = place >= 0 && (best < 0 || place < best) ? place : best;
        }

        return best;
    }

    private static string? Judge(MeasuredFeature feature, FhirResource observation, JsonElement holder, DateTime before, out decimal value, out FhirInstant time)
    {
        value = 0;
        time = default;
        if (observation.HasModifier || FhirResource.IsModified(holder))
        {
            return "modifier";
        }

        if (!IsUsable(observation.Element))
        {
            return "status";
        }

        if (Time(observation.Element) is not { } found || found.Utc >= before)
        {
            return "time";
        }

        time = found;
        // A number beside the statement that there is none is an error code, a placeholder or worse.
        if (holder.Has("dataAbsentReason")
            || holder.Object("valueQuantity") is not { } quantity
            || !quantity.TryGetProperty("value", out JsonElement number)
            || number.ValueKind != JsonValueKind.Number)
        {
            return "no-value";
        }

        if (quantity.Has("comparator"))
        {
            return "comparator";
        }

        string? unit = Unit.Of(quantity);
        AcceptedUnit accepted = feature.Units.FirstOrDefault(candidate => candidate.Code == unit);
        if (accepted.Code is null)
        {
            return "unit";
        }

        // Far outside anything plausible, and beyond what a decimal or the conversion could hold.
        if (!number.TryGetDecimal(out decimal measured) || Math.Abs(measured) > 1_000_000_000m)
        {
            return "range";
        }

        value = accepted.Convert(measured);
        return value < feature.Least || value > feature.Largest ? "range" : null;
    }

    private readonly record struct Candidate(FhirInstant Time, int Priority, FhirInstant Issued, int Place, decimal Value) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other) =>
            (Time, Priority, Issued, Place).CompareTo((other.Time, other.Priority, other.Issued, other.Place));
    }
}
