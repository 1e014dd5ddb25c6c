namespace Subnet.Health.Review.Entries;

/// <summary>An entry or receipt that the closed schema does not allow; it is not written and not believed.</summary>
internal sealed class AuditEntryException(string message) : FormatException(message);
