using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic models</c>: what can be asked now.</summary>
internal sealed class ClinicModelsCommand : SubnetCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<ushort?> netuid = new("--netuid") { Description = "The subnet (default: all).", HelpName = "NETUID" };

    public ClinicModelsCommand()
        : base(
            "models",
            "List the models that can be asked, with their miners, inputs and use.",
            new CommandExample("clinic models --wallet-name clinic --password-file password.txt", "a wallet and a network"))
    {
        clinic.AddTo(this);
        Options.Add(netuid);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicModelsDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            ushort[] subnets = [.. (await access.Ledger.GetSubnetsAsync(cancellationToken).ConfigureAwait(false)).Select(subnet => subnet.Netuid)];
            if (context.Get(netuid) is { } one)
            {
                subnets = subnets.Contains(one)
                    ? [one]
                    : throw new CommandException(ErrorCodes.LedgerRefused, $"The ledger has no subnet {one}.", "'subnet subnets list' shows what there is.");
            }

            List<ClinicModel> models = [];
            foreach (ushort subnet in subnets)
            {
                models.AddRange(await access.Client.ModelsAsync(subnet, cancellationToken).ConfigureAwait(false));
            }

            context.Output.Document(new ClinicModelsDocument([.. models.Select(ClinicModelEntry.Of)]), console =>
            {
                if (models.Count == 0)
                {
                    console.WriteLine("no miner that can be reached serves a model");
                    return;
                }

                console.Write(Table(models));
            });
            return ExitCode.Done;
        }
    }

    private static Table Table(List<ClinicModel> models)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("subnet", "model", "title", "miner", "incentive", "card", "inputs");
        foreach (ClinicModel model in models)
        {
            table.AddRow(
                model.Netuid.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(model.Id),
                Markup.Escape(model.Title),
                model.Miner,
                model.Incentive.ToString("P2", CultureInfo.InvariantCulture),
                model.Card[..12],
                Markup.Escape(string.Join(' ', model.Inputs)));
        }

        return table;
    }
}

/// <summary>A model that can be asked.</summary>
internal sealed record ClinicModelEntry(
    int Netuid,
    string Id,
    string Title,
    string IntendedUse,
    string Limits,
    string Card,
    string Miner,
    string Endpoint,
    double Incentive,
    Amount RegisteredHeight,
    string Circuit,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<int> RowClasses,
    int QueryBytes)
{
    public static ClinicModelEntry Of(ClinicModel model) => new(
        model.Netuid, model.Id, model.Title, model.IntendedUse, model.Limits, model.Card, model.Miner, model.Endpoint.ToString(),
        model.Incentive, model.RegisteredHeight, model.Circuit, model.Inputs, model.RowClasses, model.QueryBytes);
}

/// <summary>The answer of <c>subnet clinic models</c>.</summary>
internal sealed record ClinicModelsDocument(IReadOnlyList<ClinicModelEntry> Models) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-models/1";
}
