using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet subnets concentration NETUID</c>: how few coldkeys hold the stake and get the emission.</summary>
internal sealed class ConcentrationCommand : LedgerCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Option<int> window = AnalysisOptions.Window();

    public ConcentrationCommand()
        : base(
            "concentration",
            "Show how few coldkeys hold a subnet's stake and get its emission: Gini, HHI, Nakamoto coefficients.",
            new CommandExample("subnets concentration 1 --window 10", "a ledger with that subnet"))
    {
        Arguments.Add(netuid);
        Options.Add(window);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ConcentrationDocument)];

    /// <inheritdoc/>
    protected override async Task<ExitCode> AnswerAsync(CommandContext context, LedgerAccess ledger, CancellationToken cancellationToken)
    {
        ushort number = context.Get(netuid);
        int epochs = AnalysisOptions.Window(context, window);
        if (number != 0)
        {
            Find(ledger.Engine, number);
        }

        List<KeyValuePair<AccountId, ulong>> emission = [];
        IReadOnlyList<ulong> kept = await LedgerAccess.GuardAsync(() => ledger.Client.GetEpochIndexesAsync(number, cancellationToken)).ConfigureAwait(false);
        ulong[] indexes = [.. kept.TakeLast(epochs)];
        foreach (ulong index in indexes)
        {
            EpochRecord record = await ledger.EpochAsync(number, index, cancellationToken).ConfigureAwait(false);
            EpochResult result = YumaEpoch.Run(record.Input);
            emission.AddRange(record.Neurons.Select((neuron, uid) => KeyValuePair.Create(neuron.Coldkey, result.Emission[uid])));
        }

        ConcentrationDocument document = new(
            number,
            ledger.Engine.Height,
            indexes.Length,
            ConcentrationItem.Of(Concentration.ByOwner(Stakes(ledger.Engine, number))),
            ConcentrationItem.Of(Concentration.ByOwner(emission)));
        context.Output.Document(document, console =>
        {
            Table table = new Table().AddColumns("", "coldkeys", "Gini", "HHI", "to hold 33 %", "50 %", "67 %");
            Row("stake", document.Stake);
            Row($"emission of {document.Epochs} epochs", document.Emission);
            console.Write(table);

            void Row(string name, ConcentrationItem item) => table.AddRow(
                [.. new[] { name, Text(item.Coldkeys), item.Gini.ToString("F4", CultureInfo.InvariantCulture), item.Hhi.ToString("F4", CultureInfo.InvariantCulture), Text(item.Nakamoto33), Text(item.Nakamoto50), Text(item.Nakamoto67) }
                    .Select(static text => new Text(text))]);
        });
        return ExitCode.Done;

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static IEnumerable<KeyValuePair<AccountId, ulong>> Stakes(LedgerEngine ledger, ushort number) => ledger.State.StakeShares.Unordered()
        .Where(share => share.Key.Netuid == number)
        .Select(share => KeyValuePair.Create(share.Key.Coldkey, ledger.StakeOf(number, share.Key.Hotkey, share.Key.Coldkey)));
}

/// <summary>The answer of <c>subnet subnets concentration</c>; an owner is a coldkey, however many hotkeys it has.</summary>
internal sealed record ConcentrationDocument(ushort Netuid, Amount Height, int Epochs, ConcentrationItem Stake, ConcentrationItem Emission) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-concentration/1";
}

/// <summary>Gini and Herfindahl-Hirschman are 0 to 1; Nakamoto is the fewest coldkeys that together hold more than that part, 0 where nobody holds anything.</summary>
internal sealed record ConcentrationItem(int Coldkeys, double Gini, double Hhi, int Nakamoto33, int Nakamoto50, int Nakamoto67)
{
    public static ConcentrationItem Of(Concentration c) => new(c.Owners, c.Gini, c.HerfindahlHirschman, c.Nakamoto(33), c.Nakamoto(50), c.Nakamoto(67));
}
