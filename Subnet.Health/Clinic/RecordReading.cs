using System.Globalization;
using Subnet.Health.Circuits;
using Subnet.Health.Fhir;

namespace Subnet.Health.Clinic;

/// <summary>What a card's inputs get out of one patient's record, and what has to be said of it (fhir-mapping 2 to 4). Of features that the card does not ask for nothing is kept.</summary>
/// <param name="Values">By name of the input.</param>
/// <param name="Notes">In the order of the card's inputs.</param>
/// <param name="Patient">The patient's reference in the record, where it has one.</param>
internal sealed record RecordReading(IReadOnlyDictionary<string, string> Values, IReadOnlyList<ClinicInputNote> Notes, string? Patient)
{
    // The body mass index is computed from these two where none was recorded.
    private static readonly Dictionary<string, string[]> Sources = new(StringComparer.Ordinal) { ["bmi"] = ["bmi", "height", "weight"] };

    /// <summary>Reads a record for a card.</summary>
    /// <param name="card">The card.</param>
    /// <param name="json">FHIR R4.</param>
    /// <param name="asOf">The day at whose end (UTC) it is read.</param>
    /// <param name="isPart2Consent">Whether the consent covers records under 42 CFR part 2.</param>
    /// <param name="entered">Inputs that the clinic enters itself: nothing is read and nothing said of them.</param>
    /// <exception cref="FhirException">It cannot be read as one patient's record.</exception>
    public static RecordReading Of(CardClient card, ReadOnlyMemory<byte> json, DateOnly asOf, bool isPart2Consent, IEnumerable<string> entered)
    {
        using FhirInput input = FhirInput.Parse(json);
        FeatureSet features = FeatureExtractor.Extract(input, asOf, isPart2Consent);
        string? patient = input.Resources.Where(resource => resource.Type == "Patient").Select(resource => resource.Id ?? resource.FullUrl).FirstOrDefault();
        HashSet<string> own = new(entered, StringComparer.Ordinal);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        List<ClinicInputNote> notes = [];
        foreach (CardInput wanted in card.Inputs)
        {
            for (int slot = 0; slot < wanted.Slots.Length; slot++)
            {
                if (wanted.Slots[slot].Source is { } source && !own.Contains(wanted.NameOf(slot)))
                {
                    Read(wanted.NameOf(slot), source, features, asOf, values, notes);
                }
            }
        }

        return new RecordReading(values, notes, patient);
    }

    /// <summary>Why an input is missing or at fault, for the list of such inputs; null where there is nothing to say.</summary>
    public string? WhyNot(string input)
    {
        string[] texts = [.. Notes.Where(note => note.Input == input).Select(note => note.Text)];
        return texts.Length == 0 ? null : string.Join("; ", texts);
    }

    private static void Read(
        string name, CardSource source, FeatureSet features, DateOnly asOf, Dictionary<string, string> values, List<ClinicInputNote> notes)
    {
        void Note(string code, string text) => notes.Add(new ClinicInputNote(name, source.Feature, code, text));
        foreach (string feature in Sources.GetValueOrDefault(source.Feature) ?? [source.Feature])
        {
            foreach (string skipped in features.Skipped.Where(item => item.StartsWith(feature + ":", StringComparison.Ordinal)))
            {
                string code = skipped[(feature.Length + 1)..];
                Note(code, PassedOver(feature, code));
            }
        }

        if (!features.Values.TryGetValue(source.Feature, out FeatureValue? found))
        {
            Note("absent", $"the record has no {source.Feature} that can be used");
        }
        else if (source.OldestDays is { } days && found.Time is { } time && DateOnly.FromDateTime(time.Utc) < asOf.AddDays(-days))
        {
            Note("too-old", string.Create(CultureInfo.InvariantCulture, $"the newest {source.Feature} is of {time.Utc:yyyy-MM-dd}, more than {days} days before {asOf:yyyy-MM-dd}"));
        }
        else if (Convert(found, source) is not { } value)
        {
            Note("unknown-word", $"the record's {source.Feature} is a word that the card does not know");
        }
        else
        {
            values[name] = value;
            NoteReservations(found, source.Feature, Note);
        }
    }

    private static void NoteReservations(FeatureValue found, string feature, Action<string, string> note)
    {
        if (found.IsApproximate)
        {
            note("approximate", $"{feature} is approximate: the record has less than a whole date of birth");
        }

        if (found.IsNotKnownFasting)
        {
            note("not-fasting", $"{feature} is not known to be fasting (LOINC {found.Code})");
        }

        if (found.IsDerived)
        {
            note("derived", $"{feature} is computed from the newest weight and height");
        }
    }

    private static string PassedOver(string feature, string code) => code switch
    {
        "modifier" => $"an entry of {feature} was passed over: it carries a modifier extension or implicit rules",
        "status" => $"an entry of {feature} was passed over: it is not final, amended or corrected",
        "time" => $"an entry of {feature} was passed over: it has no time, or one after the day as of which the record is read",
        "no-value" => $"an entry of {feature} was passed over: it has no number, or says that it is absent",
        "comparator" => $"an entry of {feature} was passed over: it is a bound such as '<', not a value",
        "unit" => $"an entry of {feature} was passed over: its unit is missing or not one of the feature's",
        "range" when feature == "age" => "the date of birth was passed over: the age would be implausible",
        "range" => $"an entry of {feature} was passed over: its value is implausible",
        _ => $"an entry of {feature} was passed over ({code})",
    };

    // Words the card does not know are missing, never guessed.
    private static string? Convert(FeatureValue found, CardSource source) => found.Number is { } number
        ? (number * source.Factor).ToString(CultureInfo.InvariantCulture)
        : source.Words.Where(word => word.Word == found.Word).Select(word => word.Value).FirstOrDefault();
}
