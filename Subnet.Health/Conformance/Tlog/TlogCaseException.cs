namespace Subnet.Health.Conformance.Tlog;

/// <summary>A case that does not follow the schema of its file: an unknown operation, a missing or malformed member.</summary>
internal sealed class TlogCaseException(string message) : FormatException(message);
