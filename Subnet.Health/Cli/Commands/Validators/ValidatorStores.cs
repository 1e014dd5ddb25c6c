using System.CommandLine;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary>Which validator of this home a command reads, and its stores.</summary>
internal sealed class ValidatorStores
{
    /// <summary><c>--validator-name</c>, also found as <c>--name</c>.</summary>
    public Option<string> Name { get; } = CreateName();

    /// <summary>The option that names a validator.</summary>
    public static Option<string> CreateName()
    {
        Option<string> name = OptionNames.Create<string>("--validator-name", "The validator's name in the state folder.", "--name");
        name.HelpName = "NAME";
        name.DefaultValueFactory = static _ => "default";
        return name;
    }

    /// <summary>The path of a store that is there.</summary>
    /// <param name="context">The command.</param>
    /// <param name="file">The store's file in the validator's folder.</param>
    /// <param name="absent">What it means that it is not there, said of the validator: "has scored no batch".</param>
    /// <exception cref="CommandException">It is not there.</exception>
    public string Find(CommandContext context, string file, string absent)
    {
        string folder = Path.Combine(context.Home, "validator");
        string path = Path.Combine(folder, context.Get(Name)!, file);
        if (File.Exists(path))
        {
            return path;
        }

        string[] others = Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Where(other => File.Exists(Path.Combine(other, file))).Select(other => Path.GetFileName(other)).Order(StringComparer.Ordinal)]
            : [];
        throw new CommandException(
            ErrorCodes.FileNotFound,
            $"The validator '{context.Get(Name)}' of this home {absent}.",
            others.Length > 0 ? $"Name one with --validator-name: {string.Join(", ", others)}." : "Name it with --validator-name, or start one with 'subnet validator run'.");
    }
}
