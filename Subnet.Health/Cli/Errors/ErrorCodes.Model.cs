namespace Subnet.Health.Cli.Errors;

/// <content>Codes of the model commands.</content>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode ModelUnreadable =
        new("model-unreadable", ExitCode.CouldNot, "A model file is damaged, or holds a part that is not supported.");

    public static readonly ErrorCode RowsUnreadable =
        new("rows-unreadable", ExitCode.CouldNot, "A table of rows does not fit the model.");

    public static readonly ErrorCode ModelNotCompiled =
        new("model-not-compiled", ExitCode.CouldNot, "A model has no encrypted circuit, or no parameter set is wide enough for it.");

    public static readonly ErrorCode RowsRefused =
        new("rows-refused", ExitCode.CouldNot, "Rows lack a value that a model needs, or hold one outside its card's range; nothing was encrypted.");
}
