using System.CommandLine;

namespace Subnet.Health.Cli;

/// <summary>A noun of the command line: it groups verbs and does nothing alone.</summary>
internal sealed class NounCommand : Command
{
    public NounCommand(string name, string description, params SubnetCommand[] verbs)
        : base(name, description)
    {
        foreach (SubnetCommand verb in verbs)
        {
            Subcommands.Add(verb);
        }
    }
}
