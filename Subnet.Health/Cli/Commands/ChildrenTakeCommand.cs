using System.CommandLine;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet children take</c>.</summary>
internal sealed class ChildrenTakeCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Argument<double> percent = new("PERCENT") { Description = "What the hotkey keeps of the dividends of its parents' stake, 0 to 18." };

    public ChildrenTakeCommand()
        : base("take", "Set what the wallet's hotkey keeps of the dividends of its parents' stake.", new CommandExample("children take 9 --netuid 1 --yes", "a wallet with a registered hotkey"))
    {
        Arguments.Add(percent);
        Options.Add(netuid);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new SetChildTakeCall(context.Get(netuid), Wallet.Account(context, asHotkey: true), LedgerText.Fraction(context.Get(percent)));
}
