using System.CommandLine;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary>Which validator of this home a command reads, and its stores.</summary>
internal sealed class ValidatorStores
{
    /// <summary><c>--name</c>.</summary>
    public Option<string> Name { get; } = new("--name") { Description = "Its name in the state folder.", HelpName = "NAME", DefaultValueFactory = _ => "default" };

    /// <summary>The path of a store that is there.</summary>
    /// <param name="context">The command.</param>
    /// <param name="file">The store's file in the validator's folder.</param>
    /// <param name="absent">What it means that it is not there, said of the validator: "has scored no batch".</param>
    /// <exception cref="CommandException">It is not there.</exception>
    public string Find(CommandContext context, string file, string absent)
    {
        string path = Path.Combine(context.Home, "validator", context.Get(Name)!, file);
        return File.Exists(path)
            ? path
            : throw new CommandException(
                ErrorCodes.FileNotFound, $"The validator '{context.Get(Name)}' of this home {absent}.", "Name it with --name, or start one with 'subnet validator run'.");
    }
}
