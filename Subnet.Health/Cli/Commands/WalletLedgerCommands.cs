using System.CommandLine;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet wallet balance</c>.</summary>
internal sealed class WalletBalanceCommand : LedgerCommand
{
    private readonly WalletKeys wallet = new();
    private readonly Option<string?> account = new("--account") { Description = "An address (default: the wallet's coldkey).", HelpName = "ADDRESS" };

    public WalletBalanceCommand()
        : base("balance", "Show an account's free and staked TAO.", new CommandExample("wallet balance --account 5Dfx...3Fw", "a ledger"))
    {
        Options.Add(account);
        Options.Add(wallet.Name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(WalletBalanceDocument)];

    /// <inheritdoc/>
    protected override ExitCode Answer(CommandContext context, LedgerEngine ledger)
    {
        AccountId coldkey = context.Get(account) is { } text ? LedgerText.Account(text) : wallet.Account(context, asHotkey: false);
        Account found = ledger.State.Accounts.Find(coldkey) ?? Account.Empty;
        ulong root = 0;
        double alpha = 0;
        foreach (StakePlace place in ledger.State.PositionsOf(coldkey))
        {
            ulong stake = ledger.StakeOf(place.Netuid, place.Hotkey, coldkey);
            root += place.Netuid == 0 ? stake : 0;
            alpha += place.Netuid == 0 ? 0 : stake * SubnetEntry.Of(ledger.State, place.Netuid).Price;
        }

        WalletBalanceDocument document = new(LedgerText.Address(coldkey), found.Balance, root, (ulong)alpha, found.Nonce, ledger.Height);
        context.Output.Document(document, console =>
        {
            console.WriteLine($"{document.Account}");
            console.WriteLine($"free {LedgerText.Tao(found.Balance)} TAO, on root {LedgerText.Tao(root)}, alpha worth {LedgerText.Tao((ulong)alpha)} (block {ledger.Height})");
        });
        return ExitCode.Done;
    }
}

/// <summary>The answer of <c>subnet wallet balance</c>.</summary>
internal sealed record WalletBalanceDocument(string Account, Amount FreeRao, Amount RootStakeRao, Amount AlphaWorthRao, Amount Nonce, Amount Height) : Document(FormatName)
{
    public const string FormatName = "subnet/wallet-balance/1";
}

/// <summary><c>subnet wallet transfer</c>.</summary>
internal sealed class WalletTransferCommand : LedgerCallCommand
{
    private readonly Option<string> to = new("--to") { Description = "The receiver's address.", HelpName = "ADDRESS", Required = true };
    private readonly Option<string> amount = StakeOptions.Amount("TAO to send.");

    public WalletTransferCommand()
        : base("transfer", "Send free TAO to another account.", new CommandExample("wallet transfer --to 5Dfx...3Fw --amount 1.5 --yes", "a wallet with TAO"))
    {
        Options.Add(to);
        Options.Add(amount);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new TransferCall(LedgerText.Account(context.Get(to)!), LedgerText.Amount(context.Get(amount)!));
}
