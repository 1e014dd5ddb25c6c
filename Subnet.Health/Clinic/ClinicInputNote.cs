namespace Subnet.Health.Clinic;

/// <summary>
/// What a clinician should know of an input that was read from a record: that entries were passed over, or that the value holds with a reservation. Stays in the clinic;
/// says nothing of a value.
/// </summary>
/// <param name="Input">Name of the card's input.</param>
/// <param name="Feature">The feature of the clinical catalogue that was read for it.</param>
/// <param name="Code">
/// Entries passed over: <c>modifier</c>, <c>status</c>, <c>time</c>, <c>no-value</c>, <c>comparator</c>, <c>unit</c>, <c>range</c>. Nothing usable: <c>absent</c>, <c>too-old</c>,
/// <c>unknown-word</c>. Used with a reservation: <c>approximate</c>, <c>not-fasting</c>, <c>derived</c>.
/// </param>
/// <param name="Text">The same in words.</param>
public sealed record ClinicInputNote(string Input, string Feature, string Code, string Text);
