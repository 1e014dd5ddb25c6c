using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Conformance.Yuma;

namespace Subnet.Health.Cli.Commands;

/// <summary>An epoch that a command was given, from a file or from the ledger.</summary>
/// <param name="Name">For people.</param>
/// <param name="Input">What it reads.</param>
/// <param name="Expected">The result that the file expects; null where it has none.</param>
/// <param name="Record">The ledger's record; null for a file.</param>
internal sealed record ChosenEpoch(string Name, EpochInput Input, JsonElement? Expected, EpochRecord? Record)
{
    /// <summary>Each neuron's take of 65535; null where it is not known.</summary>
    public IReadOnlyList<ushort>? Takes => Record is null ? null : [.. Record.Neurons.Select(static n => n.Take)];
}

/// <summary>What the commands over a stored epoch share: naming it, in a file or on the ledger.</summary>
internal abstract class EpochCommand : SubnetCommand
{
    /// <summary>A small epoch that examples run on.</summary>
    protected const string Sample = "samples/epoch.json";

    private readonly Argument<string?> file = new("CASE")
    {
        Description = "An epoch in the form of the consensus vectors: a file of cases, one case, or a bare input. None with --netuid.",
        Arity = ArgumentArity.ZeroOrOne,
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

    private readonly Option<ushort?> netuid = new("--netuid") { Description = "An epoch of this subnet, as the ledger stored it.", HelpName = "NETUID" };
    private readonly Option<int> mechanism = LedgerText.Mechanism();
    private readonly Option<ulong?> epoch = new("--epoch") { Description = "Number of the stored epoch (default: the newest).", HelpName = "N" };
    private readonly LedgerPlace place = new();

    protected EpochCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(file);
        foreach (Option option in new Option[] { choice, step, netuid, mechanism, epoch })
        {
            Options.Add(option);
        }

        place.AddTo(this);
    }

    /// <summary>Reads the epoch.</summary>
    /// <exception cref="CommandException">The file or the ledger does not hold it.</exception>
    protected async Task<ChosenEpoch> ReadAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string? name = context.Arguments.GetValue(file);
        return (name, context.Get(netuid)) switch
        {
            ({ } path, null) => ReadFile(context, path),
            (null, { } subnet) => await ReadStoredAsync(context, LedgerText.Place(subnet, context.Get(mechanism)), cancellationToken).ConfigureAwait(false),
            _ => throw new CommandException(ErrorCodes.Usage, "An epoch is named either by a file or by --netuid.", "Give CASE, or --netuid with --epoch."),
        };
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

    private ChosenEpoch ReadFile(CommandContext context, string name)
    {
        string path = context.ExistingFile(name);
        try
        {
            EpochCaseFile one = EpochCaseFile.Read(path, context.Get(choice), context.Get(step));
            return new ChosenEpoch(one.Name, one.Input, one.Expected, null);
        }
        catch (VectorFormatException exception)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed,
                $"'{name}' does not hold that epoch: {exception.Message.TrimEnd('.')}.",
                "docs/emission.md describes the form; --case and --step choose among several.",
                exception);
        }
    }

    private async Task<ChosenEpoch> ReadStoredAsync(CommandContext context, ushort subnet, CancellationToken cancellationToken)
    {
        using LedgerAccess ledger = await place.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        EpochRecord record = await ledger.EpochAsync(subnet, context.Get(epoch), cancellationToken).ConfigureAwait(false);
        return new ChosenEpoch(string.Create(CultureInfo.InvariantCulture, $"subnet {MechanismIndex.NetuidOf(subnet)}{(MechanismIndex.MechanismOf(subnet) is > 0 and int number ? $" mechanism {number}" : "")} epoch {record.Index} block {record.Height}"), record.Input, null, record);
    }
}
