namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>The noun <c>audit</c> with its verbs.</summary>
internal static class AuditCommands
{
    public static NounCommand Create() => new(
        "audit",
        "Reviews transparency logs: verify, trace, search, compare, export, prove, serve, keep findings; and witnesses those of others.",
        new AuditVerifyCommand(),
        new AuditTraceCommand(),
        new AuditSearchCommand(),
        new AuditExportCommand(),
        new AuditProveCommand(),
        new AuditBundleCommand(),
        new AuditCompareCommand(),
        new AuditReceiptCommand(),
        new AuditFindingsCommand(),
        new AuditServeCommand(),
        new AuditWitnessCommand());
}
