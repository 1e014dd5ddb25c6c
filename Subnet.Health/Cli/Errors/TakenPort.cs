using System.CommandLine;
using System.Globalization;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli.Errors;

/// <summary>The error of a role whose port is taken: which port, and by which options and settings another one is chosen.</summary>
internal static class TakenPort
{
    private const string Suffix = "port";

    /// <summary>The error.</summary>
    /// <param name="parsed">The command line: its command's options name ports.</param>
    /// <param name="taken">Which port.</param>
    public static CommandException Describe(ParseResult parsed, PortTakenException taken)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(taken);
        Option[] ports = [.. parsed.CommandResult.Command.Options.Where(static option => option.Name.EndsWith(Suffix, StringComparison.Ordinal))];
        string port = taken.Port.ToString(CultureInfo.InvariantCulture);

        // What was given with this number is what must change; where nothing was, the number came from a setting.
        string[] given = [.. ports.Where(option => parsed.GetResult(option)?.Tokens.Any(token => token.Value == port) == true).Select(static option => option.Name)];
        string role = (parsed.CommandResult.Parent as System.CommandLine.Parsing.CommandResult)?.Command.Name ?? "";
        string[] names = given.Length > 0
            ? given
            :
            [
                .. ports.Select(static option => option.Name),
                .. SettingsCatalog.All.Where(setting => setting.Kind == SettingKind.Port && (setting.Key.StartsWith(role + ".", StringComparison.Ordinal) || setting == SettingsCatalog.WebPort))
                    .Select(static setting => "the setting " + setting.Key),
            ];
        string choice = names.Length > 0 ? $"choose another port with {string.Join(" or ", names)} (0 takes a free one)" : "run it again when the port is free";
        return new CommandException(
            ErrorCodes.PortTaken, $"{char.ToUpperInvariant(taken.Message[0])}{taken.Message[1..]}: another program listens there.", $"Stop that program, or {choice}.", taken);
    }
}
