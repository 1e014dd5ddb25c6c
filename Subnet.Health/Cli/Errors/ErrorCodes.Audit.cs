namespace Subnet.Health.Cli.Errors;

/// <summary>Codes of the reviewer's commands.</summary>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode LogUnsound =
        new("log-unsound", ExitCode.No, "The log does not hold what its checkpoint signs, or nobody trusted signed it.");

    public static readonly ErrorCode EntryNotFound = new("entry-not-found", ExitCode.No, "The log has no such entry.");

    public static readonly ErrorCode FindingNotFound = new("finding-not-found", ExitCode.No, "There is no finding of this id.");

    public static readonly ErrorCode FindingRefused = new("finding-refused", ExitCode.No, "The finding's records do not allow this step.");

    public static readonly ErrorCode NothingToTrace = new("nothing-to-trace", ExitCode.Usage, "No log was given or found to trace a query in.");
}
