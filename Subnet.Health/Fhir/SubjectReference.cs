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
            || (person.Id is null && person.FullUrl is null)
            || record.Element.Object("subject")?.Text("reference") is not { } reference)
        {
            return true;
        }

        string unversioned = WithoutVersion(reference);
        return unversioned == person.FullUrl
            || (person.Id is { } id && (unversioned == PatientPath + id || unversioned.EndsWith("/" + PatientPath + id, StringComparison.Ordinal) || unversioned == "urn:uuid:" + id));
    }

    private static string WithoutVersion(string reference)
    {
        int history = reference.IndexOf("/_history/", StringComparison.Ordinal);
        return history < 0 ? reference : reference[..history];
    }
}
