using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Conformance.Yuma;

namespace Subnet.Health.Cli.Commands;

/// <summary>What the commands over a stored epoch share: naming it.</summary>
internal abstract class EpochCommand : SubnetCommand
{
    /// <summary>A small epoch that examples run on.</summary>
    protected const string Sample = "samples/epoch.json";

    private readonly Argument<string> file = new("CASE")
    {
        Description = "An epoch in the form of the consensus vectors: a file of cases, one case, or a bare input.",
    };

    private readonly Option<string?> choice = new("--case")
    {
        Description = "Name or index of the case, where the file holds several.",
        HelpName = "CASE",
    };

    private readonly Option<int?> step = new("--step")
    {
        Description = "Index of the epoch within a chain (default: the last).",
        HelpName = "N",
    };

    protected EpochCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(file);
        Options.Add(choice);
        Options.Add(step);
    }

    /// <summary>Reads the epoch.</summary>
    /// <exception cref="CommandException">The file is absent, or does not hold it.</exception>
    protected EpochCaseFile Read(CommandContext context)
    {
        string path = context.ExistingFile(context.Get(file));
        try
        {
            return EpochCaseFile.Read(path, context.Get(choice), context.Get(step));
        }
        catch (VectorFormatException exception)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed,
                $"'{context.Get(file)}' does not hold that epoch: {exception.Message.TrimEnd('.')}.",
                "docs/emission.md describes the form; --case and --step choose among several.",
                exception);
        }
    }

    /// <summary>A setting's value as a uid list.</summary>
    /// <exception cref="CommandException">A uid is not one of the subnet's.</exception>
    protected static int[] Uids(IEnumerable<int> uids, int neuronCount, string option)
    {
        int[] list = [.. uids];
        return list.All(u => u >= 0 && u < neuronCount)
            ? list
            : throw new CommandException(
                ErrorCodes.Usage, $"{option} names a uid that is not one of 0 to {neuronCount - 1}.", "Name uids of the epoch's subnet.");
    }
}
