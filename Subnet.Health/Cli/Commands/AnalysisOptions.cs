using System.CommandLine;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands;

/// <summary>Options of commands that look at several stored epochs.</summary>
internal static class AnalysisOptions
{
    private const int MostEpochs = 10_000;

    /// <summary><c>--window</c>.</summary>
    public static Option<int> Window() => new("--window") { Description = "How many of the newest stored epochs to look at.", HelpName = "EPOCHS", DefaultValueFactory = _ => 20 };

    /// <summary>Its value.</summary>
    /// <exception cref="CommandException">Not a number of epochs.</exception>
    public static int Window(CommandContext context, Option<int> option) => context.Get(option) is >= 1 and <= MostEpochs and { } epochs
        ? epochs
        : throw new CommandException(ErrorCodes.Usage, $"--window is {context.Get(option)}.", $"Give a number from 1 to {MostEpochs}.");
}
