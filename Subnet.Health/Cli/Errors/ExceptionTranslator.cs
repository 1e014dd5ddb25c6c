using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Fhir;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Errors;

/// <summary>Turns exceptions of the platform into errors that a user can act on. What it does not know is a bug.</summary>
internal static class ExceptionTranslator
{
    // errno of Linux and macOS, and the Windows error, as IOException.HResult carries them.
    private const int UnixNoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int SqliteFull = 13;

    /// <summary>The error for <paramref name="exception"/>, or null when it is a bug.</summary>
    public static CommandException? Translate(Exception exception) => exception switch
    {
        CommandException known => known,
        ClinicException e => new CommandException(ErrorCodes.Of(e.Fault), Sentence(e.Message), e.Fix, e),
        MinerException e => new CommandException(ErrorCodes.MinerUnfit, Sentence(e.Message), e.Fix, e),
        SqliteException { SqliteErrorCode: SqliteFull } e => new CommandException(
            ErrorCodes.DiskFull, "The disk is full: a store could not be written, and nothing half-written was left.", "Free some space and run it again.", e),
        SqliteException e => new CommandException(ErrorCodes.IoFailed, $"A store cannot be used: {e.Message}", "Check the file and its folder, then run it again.", e),
        LogStoreException { Fault: LogStoreFault.Foreign } e => new CommandException(
            ErrorCodes.IoFailed, $"The transparency log cannot be used: {e.Message}.", "Each key needs a folder of its own: name another one (--miner-name, --clinic-name or --validator-name), or another --home.", e),
        LogStoreException e => new CommandException(ErrorCodes.IoFailed, $"The transparency log cannot be used: {e.Message}.", "Check its folder; 'subnet audit verify' says what is wrong.", e),
        FhirException e => new CommandException(ErrorCodes.FileMalformed, e.Message, e.Fix, e),
        ModelFormatException e => new CommandException(
            ErrorCodes.ModelUnreadable, $"{e.Place}{(e.Component is null ? "" : $" ({e.Component})")}: {e.Problem}.", Sentence(e.Fix), e),
        RowFormatException e => new CommandException(
            ErrorCodes.RowsUnreadable, Sentence(e.Message), "Correct the table; 'subnet model inspect' shows what the model needs.", e),
        RowsRefusedException e => new CommandException(
            ErrorCodes.RowsRefused, Sentence(e.Message), "Complete or leave out these rows; 'subnet model card' shows what a card admits.", e),
        CircuitException e => OfCircuit(e),
        FileNotFoundException e => new CommandException(
            ErrorCodes.FileNotFound, $"The file '{e.FileName}' does not exist.", "Check the path.", e),
        DirectoryNotFoundException e => new CommandException(ErrorCodes.FileNotFound, e.Message, "Check the path.", e),
        UnauthorizedAccessException e => new CommandException(
            ErrorCodes.PermissionDenied, e.Message, "Change the permissions or choose another path.", e),
        IOException { HResult: UnixNoSpace or WindowsDiskFull } e => new CommandException(
            ErrorCodes.DiskFull, e.Message, "Free some space and run it again.", e),
        HttpRequestException or SocketException => new CommandException(
            ErrorCodes.NoConnection, exception.Message, "Check the address and that the other side is running.", exception),
        TimeoutException e => new CommandException(ErrorCodes.TimedOut, e.Message, "Try again, or allow more time.", e),
        IOException e => new CommandException(ErrorCodes.IoFailed, e.Message, "Check the disk and the path, then run it again.", e),
        JsonException e => new CommandException(
            ErrorCodes.FileMalformed, $"The JSON does not fit: {e.Message}", "Compare it with the documented form.", e),
        _ => null,
    };

    // Its message is what is wrong, then after a semicolon what to do; a model without a circuit has a way of its own.
    private static CommandException OfCircuit(CircuitException e)
    {
        const string Separator = "; ";
        int at = e.Message.LastIndexOf(Separator, StringComparison.Ordinal);
        return at < 0
            ? new CommandException(ErrorCodes.ModelNotCompiled, Sentence(e.Message), "'subnet model predict' evaluates it in the clear.", e)
            : new CommandException(ErrorCodes.ModelNotCompiled, Sentence(e.Message[..at] + "."), Sentence(e.Message[(at + Separator.Length)..]), e);
    }

    private static string Sentence(string clause) =>
        string.Concat(char.ToUpperInvariant(clause[0]).ToString(), clause.AsSpan(1).TrimEnd('.'), ".");
}
