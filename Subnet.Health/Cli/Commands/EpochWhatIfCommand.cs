using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Subnet.Core.Analysis;
using Subnet.Core.Analysis.Adversaries;
using Subnet.Core.Consensus;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Conformance.Yuma;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet epoch what-if CASE</c>: the same epoch under other settings, with a cabal, or under attack.</summary>
internal sealed class EpochWhatIfCommand : EpochCommand
{
    private const int DefaultEpochs = 16;

    private readonly Option<string[]> set = new("--set")
    {
        Description = "A hyperparameter and its value, as in the case's 'hyperparams'; may be repeated.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<int[]> cabal = new("--cabal")
    {
        Description = "A validator that joins a cabal; may be repeated.",
        HelpName = "UID",
    };

    private readonly Option<int?> miner = new("--miner") { Description = "The miner the cabal puts all its weight on.", HelpName = "UID" };

    private readonly Option<double> share = new("--share")
    {
        Description = "The cabal's part of all stake weight.",
        HelpName = "FRACTION",
        DefaultValueFactory = _ => 0.4,
    };

    private readonly Option<bool> adversaries = new("--adversaries")
    {
        Description = "Run every adversary of the library against these settings: fair play against attack.",
    };

    private readonly Option<int> epochs = new("--epochs")
    {
        Description = "Epochs that each adversary plays.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultEpochs,
    };

    public EpochWhatIfCommand()
        : base(
            "what-if",
            "Run a stored epoch again under other hyperparameters, with a cabal, or against adversaries, and show what changes.",
            new CommandExample($"epoch what-if {Sample} --set kappa=45874"),
            new CommandExample($"epoch what-if {Sample} --cabal 2 --miner 5 --share 0.4"),
            new CommandExample($"epoch what-if {Sample} --adversaries --set liquid_alpha=true"),
            new CommandExample("epoch what-if --netuid 1 --epoch 41 --adversaries", "a ledger with stored epochs"))
    {
        Options.Add(set);
        Options.Add(cabal);
        Options.Add(miner);
        Options.Add(share);
        Options.Add(adversaries);
        Options.Add(epochs);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(EpochWhatIfDocument), typeof(EpochAdversariesDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ChosenEpoch one = await ReadAsync(context, cancellationToken).ConfigureAwait(false);
        string[] settings = context.Get(set) ?? [];
        EpochInput changed = one.Input with { Hyperparameters = WithSettings(one.Input.Hyperparameters, settings) };
        if (context.Get(adversaries))
        {
            RunAdversaries(context, one.Name, changed, cancellationToken);
            return ExitCode.Done;
        }

        List<string> changes = [.. settings];
        changed = WithCabal(context, changed, changes);
        if (changes.Count == 0)
        {
            throw new CommandException(
                ErrorCodes.Usage, "Nothing is to be changed.", "Give --set, --cabal with --miner, or --adversaries.");
        }

        EpochDifference difference = WhatIf.Compare(one.Input, changed);
        EpochWhatIfDocument document = new(
            one.Name,
            EpochDigest.Of(one.Input),
            EpochDigest.Of(changed),
            changes,
            [.. difference.Changed.Select(EpochDifferenceItem.Of)]);
        context.Output.Document(document, _ => Render(context, document));
        return ExitCode.Done;
    }

    private EpochInput WithCabal(CommandContext context, EpochInput input, List<string> changes)
    {
        int[] members = Uids(context.Get(cabal) ?? [], input.NeuronCount, "--cabal");
        if (members.Length == 0)
        {
            return input;
        }

        int favoured = context.Get(miner) ?? throw new CommandException(ErrorCodes.Usage, "The cabal has no miner.", "Give --miner UID.");
        Uids([favoured], input.NeuronCount, "--miner");
        int part = Millionths(context);
        changes.Add(string.Create(
            CultureInfo.InvariantCulture, $"cabal of {string.Join(", ", members)} with {part / 1e6} of the stake favours {favoured}"));
        return WhatIf.WithCabal(input, members, favoured, part);
    }

    private int Millionths(CommandContext context)
    {
        double part = context.Get(share);
        return part is >= 0 and < 1
            ? (int)(part * WhatIf.WholeStake)
            : throw new CommandException(ErrorCodes.Usage, "--share is not a fraction from 0 to below 1.", "Give a fraction such as 0.4.");
    }

    private void RunAdversaries(CommandContext context, string name, EpochInput settings, CancellationToken cancellationToken)
    {
        int count = context.Get(epochs);
        if (count is < 1 or > 10_000)
        {
            throw new CommandException(ErrorCodes.Usage, $"--epochs is {count}.", "Give a number from 1 to 10000.");
        }

        List<EpochAdversaryItem> reports = [];
        try
        {
            foreach (Adversary adversary in AdversarySimulation.Library(settings, Millionths(context)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                reports.Add(EpochAdversaryItem.Of(AdversarySimulation.Run(settings, adversary, count)));
            }
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(ErrorCodes.FileMalformed, exception.Message, "Choose an epoch of a subnet in use.", exception);
        }

        EpochAdversariesDocument document = new(name, count, reports);
        context.Output.Document(document, _ =>
        {
            context.Output.Raw($"{"adversary",-16} {"fair play",24} {"attack",24}  pays\n");
            foreach (EpochAdversaryItem item in document.Adversaries)
            {
                context.Output.Raw($"{item.Adversary,-16} {item.FairRao,24} {item.AttackRao,24}  {(item.Pays ? "yes" : "no")}\n");
            }
        });
    }

    private static EpochHyperparameters WithSettings(EpochHyperparameters parameters, IEnumerable<string> settings)
    {
        foreach (string setting in settings)
        {
            string[] parts = setting.Split('=', 2);
            try
            {
                if (parts.Length != 2)
                {
                    throw new VectorFormatException($"'{setting}' has no value");
                }

                using JsonDocument document = JsonDocument.Parse($$"""{{{JsonSerializer.Serialize(parts[0])}}:{{parts[1]}}}""");
                parameters = EpochCaseReader.Hyperparameters(parameters, new VectorObject("--set", document.RootElement));
            }
            catch (Exception exception) when (exception is VectorFormatException or JsonException)
            {
                throw new CommandException(
                    ErrorCodes.Usage,
                    $"--set {setting} does not fit: {exception.Message.TrimEnd('.')}.",
                    "Name a hyperparameter of the case with a value of its kind, such as kappa=45874.",
                    exception);
            }
        }

        return parameters.BondsMovingAverage <= 1_000_000
            ? parameters
            : throw new CommandException(ErrorCodes.Usage, "bonds_moving_average is above 1000000.", "Give a fraction of 1000000.");
    }

    private static void Render(CommandContext context, EpochWhatIfDocument document)
    {
        foreach (string change in document.Changes)
        {
            context.Output.Raw($"what if {change}\n");
        }

        context.Output.Raw($"{"uid",-5} {"emission before",22} {"after",22} {"incentive",15} {"dividends",15} {"vtrust",15}  permit\n");
        foreach (EpochDifferenceItem item in document.Neurons)
        {
            (EpochOutcomeItem before, EpochOutcomeItem after) = (item.Before, item.After);
            context.Output.Raw(
                $"{item.Uid,-5} {before.EmissionRao,22} {after.EmissionRao,22} {$"{before.Incentive} -> {after.Incentive}",15} " +
                $"{$"{before.Dividends} -> {after.Dividends}",15} {$"{before.ValidatorTrust} -> {after.ValidatorTrust}",15}  " +
                $"{Word(before.ValidatorPermit)}{(before.ValidatorPermit == after.ValidatorPermit ? "" : " -> " + Word(after.ValidatorPermit))}\n");
        }

        context.Output.Raw($"{Quantity.Of(document.Neurons.Count, "neuron")} {(document.Neurons.Count == 1 ? "comes" : "come")} out differently\n");
    }

    private static string Word(bool value) => value ? "yes" : "no";
}
