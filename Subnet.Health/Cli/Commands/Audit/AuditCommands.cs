namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>The noun <c>audit</c> with its verbs.</summary>
internal static class AuditCommands
{
    public static NounCommand Create() => new(
        "audit",
        "Reviews transparency logs: verify, search, compare, export, prove, serve; and witnesses those of others.",
        new AuditVerifyCommand(),
        new AuditSearchCommand(),
        new AuditExportCommand(),
        new AuditProveCommand(),
        new AuditBundleCommand(),
        new AuditCompareCommand(),
        new AuditReceiptCommand(),
        new AuditServeCommand(),
        new AuditWitnessCommand());
}
