using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Analysis;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet delegate compare NETUID</c>: what a delegator would have got from each validator.</summary>
internal sealed class DelegateCompareCommand : LedgerCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Option<int> window = AnalysisOptions.Window();

    public DelegateCompareCommand()
        : base(
            "compare",
            "Compare a subnet's validators for a delegator: take, trust, agreement with consensus, missed reveals, return after take.",
            new CommandExample("delegate compare 1 --window 50", "a ledger with stored epochs"))
    {
        Arguments.Add(netuid);
        Options.Add(window);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DelegateCompareDocument)];

    /// <inheritdoc/>
    protected override async Task<ExitCode> AnswerAsync(CommandContext context, LedgerAccess ledger, CancellationToken cancellationToken)
    {
        ushort number = context.Get(netuid);
        Find(ledger.Engine, number);
        int epochs = AnalysisOptions.Window(context, window);
        IReadOnlyList<ValidatorStanding> standings = await LedgerAccess.GuardAsync(
            () => ledger.Client.CompareValidatorsAsync(number, epochs, cancellationToken)).ConfigureAwait(false);
        DelegateCompareDocument document = new(number, epochs, ValidatorComparison.ReturnFormula, [.. standings.Select(ValidatorStandingItem.Of)]);
        context.Output.Document(document, console =>
        {
            Table table = new Table().AddColumns("hotkey", "take", "epochs", "vtrust", "agreement", "missed reveals", "return an epoch");
            foreach (ValidatorStandingItem v in document.Validators)
            {
                table.AddRow(
                    new Text(v.Hotkey),
                    new Text(LedgerText.Percent((ushort)v.Take)),
                    new Text(v.Epochs.ToString(CultureInfo.InvariantCulture)),
                    new Text(v.MeanValidatorTrust.ToString("F4", CultureInfo.InvariantCulture)),
                    new Text(v.MeanAgreement.ToString("F4", CultureInfo.InvariantCulture)),
                    new Text(v.MissedReveals.ToString(CultureInfo.InvariantCulture)),
                    new Text(v.ReturnAfterTake.ToString("P4", CultureInfo.InvariantCulture)));
            }

            console.Write(table);
            console.WriteLine($"return: {document.ReturnFormula}");
        });
        return ExitCode.Done;
    }
}

/// <summary>The answer of <c>subnet delegate compare</c>: best return first.</summary>
internal sealed record DelegateCompareDocument(ushort Netuid, int Window, string ReturnFormula, IReadOnlyList<ValidatorStandingItem> Validators) : Document(FormatName)
{
    public const string FormatName = "subnet/delegate-compare/1";
}

/// <summary>A validator over the window. The take is of 65535, trust and agreement 0 to 1, the return per epoch and unit of stake.</summary>
internal sealed record ValidatorStandingItem(
    string Hotkey, int Take, int Epochs, double MeanValidatorTrust, double MeanAgreement, int MissedReveals, double ReturnAfterTake)
{
    public static ValidatorStandingItem Of(ValidatorStanding s) => new(
        AccountId.TryParse(s.Hotkey, out AccountId hotkey) ? LedgerText.Address(hotkey) : s.Hotkey,
        s.Take,
        s.Window,
        s.MeanValidatorTrust,
        s.MeanAgreement,
        s.MissedReveals,
        s.ReturnAfterTake);
}
