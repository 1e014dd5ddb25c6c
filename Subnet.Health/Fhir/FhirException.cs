namespace Subnet.Health.Fhir;

/// <summary>A clinical input that is refused as a whole: not FHIR R4 JSON, more than one patient, or not permitted.</summary>
/// <param name="message">What is wrong, one sentence. It never quotes a value of the patient.</param>
/// <param name="fix">What to do.</param>
/// <param name="cause">The lower-level failure, if one was met.</param>
internal sealed class FhirException(string message, string fix, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What to do.</summary>
    public string Fix { get; } = fix;
}
