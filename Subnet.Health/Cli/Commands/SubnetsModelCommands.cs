using System.CommandLine;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet subnets models NETUID</c>.</summary>
internal sealed class SubnetsModelsCommand : LedgerReadCommand<SubnetsModelsDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Option<bool> retired = new("--retired") { Description = "Those that were taken out of use too." };

    public SubnetsModelsCommand()
        : base("models", "List the model cards registered on a subnet, oldest first.", new CommandExample("subnets models 1", "a ledger with that subnet"))
    {
        Arguments.Add(netuid);
        Options.Add(retired);
    }

    /// <inheritdoc/>
    protected override SubnetsModelsDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ushort number = context.Get(netuid);
        Find(ledger, number);
        return SubnetsModelsDocument.Of(ledger.State, number, context.Get(retired));
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, SubnetsModelsDocument document)
    {
        foreach (RegisteredModelEntry model in document.Models)
        {
            string end = model.RetiredBlock is { } block ? $", retired in block {block}" : "";
            console.WriteLine($"{Convert.ToHexStringLower(model.Card)} of {model.Hotkey}, block {model.Block}{end}");
        }
    }
}

/// <summary>The answer of <c>subnet subnets models</c>.</summary>
internal sealed record SubnetsModelsDocument(ushort Netuid, IReadOnlyList<RegisteredModelEntry> Models) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-models/1";

    public static SubnetsModelsDocument Of(LedgerState state, ushort netuid, bool withRetired) => new(
        netuid,
        [
            .. state.Models.Unordered()
                .Where(m => m.Key.Netuid == netuid && (withRetired || m.Value.RetiredHeight == 0))
                .OrderBy(static m => m.Value.Height).ThenBy(static m => m.Key.Card)
                .Select(static m => new RegisteredModelEntry(
                    m.Key.Card.ToArray(),
                    LedgerText.Address(m.Value.Hotkey),
                    m.Value.Commitment.ToArray(),
                    m.Value.Height,
                    m.Value.RetiredHeight == 0 ? null : m.Value.RetiredHeight)),
        ]);
}

/// <summary>A registered card: its SHA-256, the miner, the commitment to its weights, and since when.</summary>
internal sealed record RegisteredModelEntry(byte[] Card, string Hotkey, byte[] Commitment, Amount Block, Amount? RetiredBlock);

/// <summary><c>subnet subnets retire-model NETUID CARD</c>; <c>subnet miner publish</c> registers.</summary>
internal sealed class SubnetsRetireModelCommand : LedgerCallCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Argument<string> card = new("CARD") { Description = "SHA-256 of the card, 64 hexadecimal digits." };

    public SubnetsRetireModelCommand()
        : base("retire-model", "Take a registered model card of the wallet's hotkey out of use.", new CommandExample("subnets retire-model 1 9f3c...e875 --yes", "a miner's wallet"))
    {
        Arguments.Add(netuid);
        Arguments.Add(card);
    }

    /// <inheritdoc/>
    protected override bool SignsWithHotkey => true;

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new RetireModelCall(context.Get(netuid), LedgerText.Digest(context.Get(card)));
}
