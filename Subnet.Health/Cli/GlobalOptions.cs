using System.CommandLine;

namespace Subnet.Health.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on standard output.", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Say nothing but data and errors; ask nothing.", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Log details, and show stack traces of errors.", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colour codes (also when NO_COLOR is set).", Recursive = true };

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "The settings file (default: config.json in the state folder).",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string?> Home { get; } = new("--home")
    {
        Description = "The state folder (default: SUBNET_HOME, else ~/.subnet).",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>All of them, in the order of the help page.</summary>
    public IEnumerable<Option> All => [Json, Quiet, Verbose, NoColor, Config, Home];
}
