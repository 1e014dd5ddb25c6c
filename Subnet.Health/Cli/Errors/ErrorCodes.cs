using System.Reflection;

namespace Subnet.Health.Cli.Errors;

/// <summary>
/// Every error code of the program. A capability with codes of its own adds a part of this class beside its commands.
/// </summary>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode Usage = new("usage", ExitCode.Usage, "The arguments of the command are wrong.");

    public static readonly ErrorCode SettingInvalid = new("setting-invalid", ExitCode.Usage, "A setting has a value that does not fit.");

    public static readonly ErrorCode SettingUnknown = new("setting-unknown", ExitCode.Usage, "There is no setting of that name.");

    public static readonly ErrorCode ConfirmationMissing =
        new("confirmation-missing", ExitCode.Usage, "The command asks first, and nobody is there to answer; --yes answers.");

    public static readonly ErrorCode ConfirmationDenied =
        new("confirmation-denied", ExitCode.Usage, "The question was answered with no; nothing was done.");

    public static readonly ErrorCode SecretMissing =
        new("secret-missing", ExitCode.Usage, "A password is needed and neither a file, the environment nor a terminal gave one.");

    public static readonly ErrorCode FileNotFound = new("file-not-found", ExitCode.CouldNot, "A file or folder does not exist.");

    public static readonly ErrorCode FileMalformed = new("file-malformed", ExitCode.CouldNot, "A file is not what it should be.");

    public static readonly ErrorCode FileExists =
        new("file-exists", ExitCode.CouldNot, "The output exists already and would be overwritten.");

    public static readonly ErrorCode PermissionDenied =
        new("permission-denied", ExitCode.CouldNot, "The operating system does not allow access to a file or port.");

    public static readonly ErrorCode DiskFull = new("disk-full", ExitCode.CouldNot, "The disk is full; nothing half-written was left.");

    public static readonly ErrorCode IoFailed = new("io-failed", ExitCode.CouldNot, "Reading or writing failed.");

    public static readonly ErrorCode PortTaken = new("port-taken", ExitCode.CouldNot, "Another program listens on the port.");

    public static readonly ErrorCode NoConnection = new("no-connection", ExitCode.CouldNot, "The other side could not be reached.");

    public static readonly ErrorCode TimedOut = new("timeout", ExitCode.CouldNot, "The other side did not answer in time.");

    public static readonly ErrorCode NoCases =
        new("no-cases", ExitCode.CouldNot, "The folder holds no case of the schema that was asked for.");

    public static readonly ErrorCode Stopped =
        new("stopped", ExitCode.Interrupted, "Ctrl-C or SIGTERM came before the command was done (130 or 143).");

    public static readonly ErrorCode Bug =
        new("bug", ExitCode.Bug, "The program did something it should not; the log has the details.");

    /// <summary>All codes, by word. Computed when asked for: the parts of this class are initialised in no particular order.</summary>
    public static IReadOnlyList<ErrorCode> All =>
    [
        .. typeof(ErrorCodes)
            .GetFields(BindingFlags.Static | BindingFlags.Public)
            .Where(member => member.FieldType == typeof(ErrorCode))
            .Select(member => (ErrorCode)member.GetValue(null)!)
            .OrderBy(code => code.Word, StringComparer.Ordinal),
    ];
}
