namespace Subnet.Health.Cli.Errors;

/// <summary>Codes of the reviewer's commands.</summary>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode LogUnsound =
        new("log-unsound", ExitCode.No, "The log does not hold what its checkpoint signs, or nobody trusted signed it.");

    public static readonly ErrorCode EntryNotFound = new("entry-not-found", ExitCode.No, "The log has no such entry.");
}
