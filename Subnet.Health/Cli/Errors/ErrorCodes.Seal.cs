namespace Subnet.Health.Cli.Errors;

/// <summary>Codes of the commands on SEAL's files.</summary>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode SealObjectInvalid =
        new("seal-object-invalid", ExitCode.CouldNot, "A file is not the SEAL object that it should be, or belongs to other parameters.");

    public static readonly ErrorCode SealParametersInvalid =
        new("seal-parameters-invalid", ExitCode.Usage, "Encryption parameters cannot be used or are not secure enough.");

    public static readonly ErrorCode SealOperationRefused =
        new("seal-operation-refused", ExitCode.CouldNot, "An operation does not fit the objects that it was given.");
}
