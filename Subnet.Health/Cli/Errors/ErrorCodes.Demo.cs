namespace Subnet.Health.Cli.Errors;

internal static partial class ErrorCodes
{
    public static readonly ErrorCode DemoPartyFailed =
        new("demo-party-failed", ExitCode.CouldNot, "A party of the demonstration that ran as a process of its own failed or ended.");
}
