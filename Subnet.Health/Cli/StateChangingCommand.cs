using System.CommandLine;

namespace Subnet.Health.Cli;

/// <summary>
/// A command that changes state on a ledger, at a peer or outside its own output: it has <c>--dry-run</c> (say exactly
/// what would be done, do nothing) and <c>--yes</c> (answer every question with yes).
/// </summary>
internal abstract class StateChangingCommand : SubnetCommand
{
    /// <inheritdoc cref="SubnetCommand(string, string, CommandExample[])"/>
    protected StateChangingCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples)
    {
        Options.Add(DryRun);
        Options.Add(Yes);
    }

    /// <summary>Whether only to say what would be done.</summary>
    public Option<bool> DryRun { get; } = OptionNames.Create<bool>("--dry-run", "Say exactly what would be done, and do nothing.");

    /// <summary>Whether every question is answered with yes.</summary>
    public Option<bool> Yes { get; } = new("--yes", "-y", "--no-prompt") { Description = "Do not ask; answer every question with yes." };
}
