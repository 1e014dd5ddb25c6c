namespace Subnet.Health.Clinic;

/// <summary>A reference to a consent; the document itself stays in the clinic.</summary>
/// <param name="Reference">A random reference, letters, digits, '-', '.' and '_'.</param>
/// <param name="Version">Its version.</param>
public sealed record ConsentReference(string Reference, int Version);

/// <summary>What a clinic asks.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Model">Identifier of a model, or the first digits of a card's hash.</param>
/// <param name="Input">The patients.</param>
public sealed record ClinicQuery(ushort Netuid, string Model, ClinicInput Input)
{
    /// <summary>Purpose of use, an HL7 v3 ActReason code.</summary>
    public string Purpose { get; init; } = "TREAT";

    /// <summary>Legal basis; <c>consent</c> where a consent is named and nothing else is said.</summary>
    public string? Basis { get; init; }

    /// <summary>The consent, where that is the basis.</summary>
    public ConsentReference? Consent { get; init; }

    /// <summary>Whether that consent covers records protected by 42 CFR part 2.</summary>
    public bool IsPart2Consent { get; init; }

    /// <summary>The patient's reference in the clinic, for a pseudonym that stays the same within a quarter; null for one of its own.</summary>
    public string? Patient { get; init; }

    /// <summary>Values that the clinic enters, by input name; they go over what a record says.</summary>
    public IReadOnlyDictionary<string, string> Set { get; init; } = new Dictionary<string, string>();

    /// <summary>The day as of which a record is read; today if null.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>How many miners must give the same exact answer; 1 for no comparison.</summary>
    public int Agree { get; init; } = 1;

    /// <summary>Pseudonym of the member of the workforce who asks, or null.</summary>
    public string? User { get; init; }

    /// <summary>That person's role, or null.</summary>
    public string? Role { get; init; }
}

/// <summary>Where a query's patients come from.</summary>
public abstract class ClinicInput
{
    private protected ClinicInput()
    {
    }

    /// <summary>Rows of a table of comma separated values with a header; many patients.</summary>
    public static ClinicInput FromCsv(TextReader table) => new CsvInput(table ?? throw new ArgumentNullException(nameof(table)));

    /// <summary>One patient's FHIR R4 resources: a bundle, a list, one resource, or one resource a line.</summary>
    public static ClinicInput FromFhir(ReadOnlyMemory<byte> json) => new FhirRecordInput(json);

    /// <summary>One patient's values by input name.</summary>
    public static ClinicInput FromValues(IReadOnlyDictionary<string, string> values) => new ValuesInput(values ?? throw new ArgumentNullException(nameof(values)));

    internal sealed class CsvInput(TextReader table) : ClinicInput
    {
        public TextReader Table => table;
    }

    internal sealed class FhirRecordInput(ReadOnlyMemory<byte> json) : ClinicInput
    {
        public ReadOnlyMemory<byte> Json => json;
    }

    internal sealed class ValuesInput(IReadOnlyDictionary<string, string> values) : ClinicInput
    {
        public IReadOnlyDictionary<string, string> Values => values;
    }
}
