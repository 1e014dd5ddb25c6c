using System.CommandLine;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// A command that puts a call on the ledger: signs it, hands it to the node that makes blocks on the store, waits for its block.
/// With <c>--dry-run</c> it is executed on the newest state and taken back, so that what is said is what would happen.
/// </summary>
internal abstract class LedgerCallCommand : StateChangingCommand
{
    private readonly LedgerPlace place = new();
    private readonly Option<int> patience = new("--timeout") { Description = "Seconds to wait for the block.", DefaultValueFactory = _ => 60 };

    protected LedgerCallCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples)
    {
        place.AddTo(this);
        foreach (Option option in Wallet.All)
        {
            Options.Add(option);
        }

        Options.Add(patience);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(TransactionDocument)];

    /// <summary>The keys at hand.</summary>
    protected WalletKeys Wallet { get; } = new();

    /// <summary>Whether the hotkey signs; else the coldkey.</summary>
    protected virtual bool SignsWithHotkey => false;

    /// <summary>The same where an option decides.</summary>
    protected virtual bool SignsWith(CommandContext context) => SignsWithHotkey;

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        TimeSpan wait = TimeSpan.FromSeconds(context.Get(patience));
        using LedgerAccess ledger = await place.OpenAsync(context, cancellationToken, wait).ConfigureAwait(false);
        LedgerCall call = BuildCall(context, ledger.Engine);
        using LedgerKey key = Wallet.Load(context, SignsWith(context));
        Transaction transaction = Transaction.Create(
            key, ledger.Engine.GenesisHash, ledger.Engine.Genesis.Network, ledger.Engine.NextNonce(key.Account), call);
        Receipt preview = Preview(ledger.Engine, transaction);
        if (context.Get(DryRun))
        {
            Show(context, transaction, null, preview);
            return ExitCode.Done;
        }

        await context.ConfirmAsync(this, $"{Name}: {Describe(preview)}?", cancellationToken).ConfigureAwait(false);
        CallOutcome outcome = await SubmitAsync(ledger, transaction, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsAccepted)
        {
            throw LedgerAccess.Refused(outcome.Reason);
        }

        Show(context, transaction, outcome.Height, outcome.Receipt!);
        return ExitCode.Done;
    }

    /// <summary>The call that the arguments mean.</summary>
    protected abstract LedgerCall BuildCall(CommandContext context, LedgerEngine ledger);

    private static Receipt Preview(LedgerEngine engine, Transaction transaction)
    {
        (Receipt? receipt, RejectionReason reason) = engine.Preview(transaction);
        return reason == RejectionReason.None ? receipt! : throw LedgerAccess.Refused(reason);
    }

    private static string Describe(Receipt receipt) =>
        $"a fee of {LedgerText.Tao(receipt.Fee)} TAO; " + string.Join("; ", receipt.Events.Select(EventText.Of));

    private static void Show(CommandContext context, Transaction transaction, ulong? height, Receipt receipt)
    {
        TransactionDocument document = new(
            transaction.Id.ToArray(), height, receipt.Fee, [.. receipt.Events.Select(EventEntry.Of)]);
        context.Output.Document(document, console =>
        {
            console.WriteLine(height is null ? "would be done:" : $"done in block {height}, transaction {transaction.Id}");
            foreach (LedgerEvent item in receipt.Events)
            {
                console.WriteLine("  " + EventText.Of(item));
            }

            console.WriteLine($"  fee {LedgerText.Tao(receipt.Fee)} TAO");
        });
    }

    private static async Task<CallOutcome> SubmitAsync(LedgerAccess ledger, Transaction transaction, CancellationToken stop)
    {
        try
        {
            return await ledger.Gateway.SubmitAsync(transaction, stop).ConfigureAwait(false);
        }
        catch (LedgerUnreachableException e)
        {
            throw new CommandException(
                ErrorCodes.TimedOut, $"No block came: {e.Message}.", "Check that `subnet node run` is running on this ledger; it is included as soon as it does.", e);
        }
    }
}

/// <summary>What became of a transaction.</summary>
internal sealed record TransactionDocument(byte[] Id, ulong? Height, Amount FeeRao, IReadOnlyList<EventEntry> Events) : Document(FormatName)
{
    public const string FormatName = "subnet/transaction/1";
}

/// <summary>An event of the ledger.</summary>
internal sealed record EventEntry(EventKind Kind, ushort Netuid, string? Subject, string? Other, Amount Amount, Amount Extra)
{
    public static EventEntry Of(LedgerEvent item) => new(
        item.Kind,
        item.Netuid,
        EventText.Party(item.Kind, item.Subject),
        EventText.Party(item.Kind, item.Other),
        item.Amount,
        item.Extra);
}

/// <summary>Events in a line for people.</summary>
internal static class EventText
{
    /// <summary>An address, or the hash that an epoch's event carries in its place; null for none.</summary>
    public static string? Party(EventKind kind, AccountId account) =>
        account.IsZero ? null : kind == EventKind.EpochRun ? account.ToString() : LedgerText.Address(account);

    public static string Of(LedgerEvent item)
    {
        List<string> parts = [item.Kind.ToString()];
        if (item.Netuid != 0)
        {
            parts.Add($"subnet {item.Netuid}");
        }

        parts.AddRange(new[] { Party(item.Kind, item.Subject), Party(item.Kind, item.Other) }.OfType<string>());
        parts.Add($"{item.Amount} {item.Extra}");
        return string.Join(' ', parts);
    }
}
