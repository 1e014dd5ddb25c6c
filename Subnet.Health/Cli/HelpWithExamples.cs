using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Subnet.Health.Cli;

/// <summary>The help page of System.CommandLine with the command's examples below it.</summary>
internal sealed class HelpWithExamples(HelpAction page) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool Terminating => true;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int result = page.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is SubnetCommand command)
        {
            output.WriteLine("Examples:");
            foreach (CommandExample example in command.Examples)
            {
                output.WriteLine($"  subnet {example.Arguments}" + (example.Needs is null ? "" : $"    (needs {example.Needs})"));
            }

            output.WriteLine();
        }

        return result;
    }
}
