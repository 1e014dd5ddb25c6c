namespace Subnet.Health.Fhir;

/// <summary>Whether a record is about the patient: its <c>subject.reference</c>, in each of the forms FHIR allows.</summary>
internal static class SubjectReference
{
    private const string PatientPath = "Patient/";

    /// <summary>
    /// True unless the record names another subject. A record without a subject, and any record where no Patient is in the input,
    /// is taken: the input as a whole is then one patient's.
    /// </summary>
    public static bool IsOf(FhirResource record, FhirResource? patient)
    {
        if (patient is not { } person
            || !HasName(person)
            || record.Element.Object("subject")?.Text("reference") is not { } reference)
        {
            return true;
        }

        string unversioned = WithoutVersion(reference);
        return unversioned == person.FullUrl || (Name(unversioned) is { } name && (name == person.Id || name == Name(person.FullUrl)));
    }

    /// <summary>
    /// How many subjects the records name. More than one is several patients' records where no Patient tells which are meant.
    /// </summary>
    public static int Count(IEnumerable<FhirResource> records) => records
        .Select(record => record.Element.Object("subject")?.Text("reference"))
        .OfType<string>()
        .Select(reference => Name(WithoutVersion(reference)) ?? reference)
        .Distinct(StringComparer.Ordinal)
        .Count();

    /// <summary>Whether records can name the patient: it has an id or an address.</summary>
    public static bool HasName(FhirResource patient) => patient.Id is not null || patient.FullUrl is not null;

    // The id in Patient/id, in an address that ends so, or in urn:uuid:id, which is written in either case.
    private static string? Name(string? reference)
    {
        const string Uuid = "urn:uuid:";
        if (reference is null)
        {
            return null;
        }

        if (reference.StartsWith(Uuid, StringComparison.OrdinalIgnoreCase))
        {
            return reference[Uuid.Length..].ToLowerInvariant();
        }

        int path = reference.LastIndexOf(PatientPath, StringComparison.Ordinal);
        string id = path < 0 ? "" : reference[(path + PatientPath.Length)..];
        return id.Length > 0 && !id.Contains('/', StringComparison.Ordinal) && (path == 0 || reference[path - 1] == '/') ? id : null;
    }

    /// <summary>The reference to the resource that a reference to a version of it is about.</summary>
    public static string WithoutVersion(string reference)
    {
        int history = reference.IndexOf("/_history/", StringComparison.Ordinal);
        return history < 0 ? reference : reference[..history];
    }
}
