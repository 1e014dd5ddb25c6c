namespace Subnet.Health.Review.Verification;

/// <summary>How bad a finding is. Errors make a log unsound.</summary>
internal enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>To be explained by the operator.</summary>
    Warning,

    /// <summary>The log, or what it claims, does not hold.</summary>
    Error,
}

/// <summary>One thing found in a review.</summary>
/// <param name="Severity">How bad.</param>
/// <param name="Code">A stable word.</param>
/// <param name="Index">The entry it is about, or null.</param>
/// <param name="Message">One sentence.</param>
internal sealed record AuditFinding(FindingSeverity Severity, string Code, long? Index, string Message);
