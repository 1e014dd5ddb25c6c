namespace Subnet.Health.Cli.Errors;

/// <content>Codes of the ledger's commands.</content>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode LedgerRefused = new("ledger-refused", ExitCode.No, "The ledger's rules refuse the call; the message names the rule.");

    public static readonly ErrorCode LedgerUnavailable = new("ledger-unavailable", ExitCode.CouldNot, "The ledger's store is absent or cannot be used.");

    public static readonly ErrorCode LedgerCorrupt = new("ledger-corrupt", ExitCode.CouldNot, "The ledger's store does not hold what was written to it.");

    public static readonly ErrorCode EpochNotKept = new("epoch-not-kept", ExitCode.No, "The epoch did not run, or the ledger keeps its record no more.");

    public static readonly ErrorCode BlockRefused = new("block-refused", ExitCode.No, "A block does not follow from the ledger before it; evidence was written.");
}
