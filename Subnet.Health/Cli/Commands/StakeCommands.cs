using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Numerics;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>Options of the commands that move stake.</summary>
internal static class StakeOptions
{
    public static Option<ushort> Netuid(string name = "--netuid") => new(name) { Description = "Number of the subnet; 0 is root.", Required = true };

    public static Option<string> Hotkey(string name = "--hotkey", string description = "The hotkey, an SS58 address.") =>
        new(name) { Description = description, HelpName = "ADDRESS", Required = true };

    public static Option<string> Amount(string description) => new("--amount") { Description = description, Required = true };

    public static Option<double?> LimitPrice(string description) => new("--limit-price") { Description = description, HelpName = "TAO" };

    public static Option<bool> Partial() => new("--partial") { Description = "Fill up to the limit price instead of refusing." };

    /// <summary>A price in TAO per alpha as U64F64 bits; 0 for none.</summary>
    public static UInt128 Price(double? price) => price switch
    {
        null => 0,
        > 0 and < 1e9 => U64F64.FromDouble(price.Value).Bits,
        _ => throw new CommandException(ErrorCodes.Usage, $"'{price}' is not a price.", "Give TAO per alpha, above 0."),
    };
}

/// <summary><c>subnet stake add</c>.</summary>
internal sealed class StakeAddCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string> hotkey = StakeOptions.Hotkey();
    private readonly Option<string> amount = StakeOptions.Amount("TAO to pay, the swap fee included.");
    private readonly Option<double?> limit = StakeOptions.LimitPrice("Highest price accepted, in TAO per alpha.");
    private readonly Option<bool> partial = StakeOptions.Partial();

    public StakeAddCommand()
        : base("add", "Buy a subnet's alpha (1:1 on root) and stake it behind a hotkey.", new CommandExample("stake add --netuid 1 --hotkey 5Dfx...3Fw --amount 10 --limit-price 0.05 --yes", "a wallet with TAO"))
    {
        Options.Add(netuid);
        Options.Add(hotkey);
        Options.Add(amount);
        Options.Add(limit);
        Options.Add(partial);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new AddStakeCall(
        context.Get(netuid),
        LedgerText.Account(context.Get(hotkey)!),
        LedgerText.Amount(context.Get(amount)!),
        StakeOptions.Price(context.Get(limit)),
        context.Get(partial));
}

/// <summary><c>subnet stake remove</c>.</summary>
internal sealed class StakeRemoveCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string> hotkey = StakeOptions.Hotkey();
    private readonly Option<string> amount = StakeOptions.Amount("Alpha to sell (TAO on root), or all.");
    private readonly Option<double?> limit = StakeOptions.LimitPrice("Lowest price accepted, in TAO per alpha.");
    private readonly Option<bool> partial = StakeOptions.Partial();

    public StakeRemoveCommand()
        : base("remove", "Sell staked alpha (1:1 on root).", new CommandExample("stake remove --netuid 1 --hotkey 5Dfx...3Fw --amount all --yes", "a wallet with stake"))
    {
        Options.Add(netuid);
        Options.Add(hotkey);
        Options.Add(amount);
        Options.Add(limit);
        Options.Add(partial);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new RemoveStakeCall(
        context.Get(netuid),
        LedgerText.Account(context.Get(hotkey)!),
        LedgerText.Amount(context.Get(amount)!, allowAll: true),
        StakeOptions.Price(context.Get(limit)),
        context.Get(partial));
}

/// <summary><c>subnet stake move</c>.</summary>
internal sealed class StakeMoveCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string> from = StakeOptions.Hotkey("--from-hotkey", "The hotkey that has it.");
    private readonly Option<string> to = StakeOptions.Hotkey("--to-hotkey", "The hotkey that gets it.");
    private readonly Option<string> amount = StakeOptions.Amount("Alpha to move, or all.");

    public StakeMoveCommand()
        : base("move", "Move stake behind another hotkey of the same subnet, without a swap.", new CommandExample("stake move --netuid 1 --from-hotkey 5Dfx...3Fw --to-hotkey 5Abc...9Zz --amount all --yes", "a wallet with stake"))
    {
        Options.Add(netuid);
        Options.Add(from);
        Options.Add(to);
        Options.Add(amount);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new MoveStakeCall(
        context.Get(netuid),
        LedgerText.Account(context.Get(from)!),
        LedgerText.Account(context.Get(to)!),
        LedgerText.Amount(context.Get(amount)!, allowAll: true));
}

/// <summary><c>subnet stake swap</c>.</summary>
internal sealed class StakeSwapCommand : LedgerCallCommand
{
    private readonly Option<string> hotkey = StakeOptions.Hotkey();
    private readonly Option<ushort> from = StakeOptions.Netuid("--from-netuid");
    private readonly Option<ushort> to = StakeOptions.Netuid("--to-netuid");
    private readonly Option<string> amount = StakeOptions.Amount("Alpha to swap (TAO from root), or all.");
    private readonly Option<string?> minimum = new("--min-received") { Description = "Refuse if less arrives." };

    public StakeSwapCommand()
        : base("swap", "Move stake to another subnet behind the same hotkey: a sale and a purchase, both or neither.", new CommandExample("stake swap --hotkey 5Dfx...3Fw --from-netuid 1 --to-netuid 2 --amount 3 --yes", "a wallet with stake"))
    {
        Options.Add(hotkey);
        Options.Add(from);
        Options.Add(to);
        Options.Add(amount);
        Options.Add(minimum);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new SwapStakeCall(
        LedgerText.Account(context.Get(hotkey)!),
        context.Get(from),
        context.Get(to),
        LedgerText.Amount(context.Get(amount)!, allowAll: true),
        context.Get(minimum) is { } text ? LedgerText.Amount(text) : 0);
}

/// <summary><c>subnet stake claim</c>.</summary>
internal sealed class StakeClaimCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string> hotkey = StakeOptions.Hotkey();
    private readonly Option<bool> keep = new("--keep-alpha") { Description = "Keep them as alpha instead of staking their TAO on root." };

    public StakeClaimCommand()
        : base("claim", "Claim the root dividends that a hotkey earned on a subnet.", new CommandExample("stake claim --netuid 1 --hotkey 5Dfx...3Fw --yes", "a wallet with root stake"))
    {
        Options.Add(netuid);
        Options.Add(hotkey);
        Options.Add(keep);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new ClaimRootCall(context.Get(netuid), LedgerText.Account(context.Get(hotkey)!), !context.Get(keep));
}

/// <summary><c>subnet stake list</c>.</summary>
internal sealed class StakeListCommand : LedgerReadCommand<StakeListDocument>
{
    private readonly WalletKeys wallet = new();
    private readonly Option<string?> account = new("--account") { Description = "A coldkey's address (default: the wallet's).", HelpName = "ADDRESS" };

    public StakeListCommand()
        : base("list", "List where a coldkey has stake, and what it is worth.", new CommandExample("stake list --account 5Dfx...3Fw", "a ledger"))
    {
        Options.Add(account);
        Options.Add(wallet.Name);
    }

    /// <inheritdoc/>
    protected override StakeListDocument Read(CommandContext context, LedgerEngine ledger)
    {
        AccountId coldkey = context.Get(account) is { } text ? LedgerText.Account(text) : wallet.Account(context, asHotkey: false);
        return StakeListDocument.Of(new LedgerView(ledger), coldkey);
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, StakeListDocument document)
    {
        Table table = new Table().AddColumns("netuid", "hotkey", "stake", "worth in TAO", "root dividends");
        foreach (StakeEntry entry in document.Stakes)
        {
            table.AddRow(
                new Text(entry.Netuid.ToString(CultureInfo.InvariantCulture)),
                new Text(entry.Hotkey),
                new Text(LedgerText.Tao((ulong)entry.Stake.Value)),
                new Text(LedgerText.Tao((ulong)entry.WorthRao.Value)),
                new Text(entry.ClaimableAlpha is { } claim ? LedgerText.Tao((ulong)claim.Value) : ""));
        }

        console.Write(table);
    }
}

/// <summary>The answer of <c>subnet stake list</c>.</summary>
internal sealed record StakeListDocument(string Coldkey, IReadOnlyList<StakeEntry> Stakes) : Document(FormatName)
{
    public const string FormatName = "subnet/stake-list/1";

    public static StakeListDocument Of(LedgerView ledger, AccountId coldkey) =>
        new(LedgerText.Address(coldkey), [.. ledger.State.PositionsOf(coldkey).Select(place => Entry(ledger, place, coldkey))]);

    private static StakeEntry Entry(LedgerView ledger, StakePlace place, AccountId coldkey)
    {
        ulong stake = ledger.StakeOf(place.Netuid, place.Hotkey, coldkey);
        double price = place.Netuid == 0 ? 1 : SubnetEntry.Of(ledger.State, place.Netuid).Price;
        return new StakeEntry(
            place.Netuid,
            LedgerText.Address(place.Hotkey),
            stake,
            (ulong)(stake * price),
            place.Netuid == 0 ? null : ledger.ClaimableOf(place.Netuid, place.Hotkey, coldkey));
    }
}

/// <summary>A stake: alpha (TAO on root), its worth at the spot price, and root dividends to claim.</summary>
internal sealed record StakeEntry(ushort Netuid, string Hotkey, Amount Stake, Amount WorthRao, Amount? ClaimableAlpha);

/// <summary><c>subnet delegate take</c>.</summary>
internal sealed class DelegateTakeCommand : LedgerCallCommand
{
    private readonly Argument<double> percent = new("PERCENT") { Description = "What the hotkey keeps of its nominators' dividends, 0 to 18." };

    public DelegateTakeCommand()
        : base("take", "Set what the wallet's hotkey keeps of its nominators' dividends.", new CommandExample("delegate take 9 --yes", "a wallet with a registered hotkey")) => Arguments.Add(percent);

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new SetTakeCall(Wallet.Account(context, asHotkey: true), LedgerText.Fraction(context.Get(percent)));
}

/// <summary><c>subnet delegate list</c>.</summary>
internal sealed class DelegateListCommand : LedgerReadCommand<DelegateListDocument>
{
    public DelegateListCommand()
        : base("list", "List the hotkeys one can stake behind: owner, take, root stake.", new CommandExample("delegate list", "a ledger"))
    {
    }

    /// <inheritdoc/>
    protected override DelegateListDocument Read(CommandContext context, LedgerEngine ledger) => DelegateListDocument.Of(ledger.State);

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, DelegateListDocument document)
    {
        Table table = new Table().AddColumns("hotkey", "owner", "take", "root stake", "root nominators");
        foreach (DelegateEntry entry in document.Delegates)
        {
            table.AddRow(
                new Text(entry.Hotkey),
                new Text(entry.Owner),
                new Text(LedgerText.Percent(entry.Take)),
                new Text(LedgerText.Tao((ulong)entry.RootStakeRao.Value)),
                new Text(entry.RootNominators.ToString(CultureInfo.InvariantCulture)));
        }

        console.Write(table);
    }
}

/// <summary>The answer of <c>subnet delegate list</c>.</summary>
internal sealed record DelegateListDocument(IReadOnlyList<DelegateEntry> Delegates) : Document(FormatName)
{
    public const string FormatName = "subnet/delegate-list/1";

    public static DelegateListDocument Of(LedgerState state) => new(
    [
        .. state.Hotkeys.Unordered()
            .OrderByDescending(h => state.StakePools.Find(new HotkeyKey(0, h.Key))?.Total ?? 0)
            .ThenBy(static h => h.Key)
            .Select(h => new DelegateEntry(
                LedgerText.Address(h.Key),
                LedgerText.Address(h.Value.OwnerColdkey),
                h.Value.Take,
                state.StakePools.Find(new HotkeyKey(0, h.Key))?.Total ?? 0,
                state.HoldersOf(0, h.Key).Count)),
    ]);
}

/// <summary>A hotkey; the take is of 65535.</summary>
internal sealed record DelegateEntry(string Hotkey, string Owner, ushort Take, Amount RootStakeRao, int RootNominators);

/// <summary><c>subnet children set</c>.</summary>
internal sealed class ChildrenSetCommand : LedgerCallCommand
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string[]> children = new("--child")
    {
        Description = "A child and its share of the stake in percent, ADDRESS=PERCENT; none revokes.",
        HelpName = "ADDRESS=PERCENT",
        DefaultValueFactory = _ => [],
    };

    public ChildrenSetCommand()
        : base("set", "Let other hotkeys validate with the stake of the wallet's hotkey.", new CommandExample("children set --netuid 1 --child 5Dfx...3Fw=25 --yes", "a wallet with a registered hotkey"))
    {
        Options.Add(netuid);
        Options.Add(children);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) =>
        new SetChildrenCall(context.Get(netuid), Wallet.Account(context, asHotkey: true), [.. context.Get(children)!.Select(Parse)]);

    private static ChildLink Parse(string text)
    {
        string[] parts = text.Split('=');
        return parts.Length == 2
            && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent is > 0 and <= 100
            ? new ChildLink(LedgerText.Account(parts[0]), percent == 100 ? ulong.MaxValue : (ulong)(percent / 100 * ulong.MaxValue))
            : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not a child.", "Give ADDRESS=PERCENT, such as 5Dfx...3Fw=25.");
    }
}

/// <summary><c>subnet children show</c>.</summary>
internal sealed class ChildrenShowCommand : LedgerReadCommand<ChildrenShowDocument>
{
    private readonly Option<ushort> netuid = StakeOptions.Netuid();
    private readonly Option<string> hotkey = StakeOptions.Hotkey();

    public ChildrenShowCommand()
        : base("show", "Show the children and parents of a hotkey, and what waits to take effect.", new CommandExample("children show --netuid 1 --hotkey 5Dfx...3Fw", "a ledger"))
    {
        Options.Add(netuid);
        Options.Add(hotkey);
    }

    /// <inheritdoc/>
    protected override ChildrenShowDocument Read(CommandContext context, LedgerEngine ledger)
    {
        HotkeyKey key = new(context.Get(netuid), LedgerText.Account(context.Get(hotkey)!));
        PendingChildSet? pending = ledger.State.PendingChildren.Find(key);
        return new(
            key.Netuid,
            LedgerText.Address(key.Hotkey),
            Entries(ledger.State.Children.Find(key)?.Children ?? []),
            [.. ledger.State.ParentsOf(key.Netuid, key.Hotkey).Select(static p => new ChildEntry(LedgerText.Address(p.Parent), p.Proportion))],
            pending is null ? null : Entries(pending.Children),
            pending is null ? null : pending.EffectiveBlock);
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, ChildrenShowDocument document)
    {
        PrintAll("child", document.Children);
        PrintAll("parent", document.Parents);
        if (document.Pending is { } waiting)
        {
            PrintAll($"from block {document.PendingBlock} on: child", waiting);
        }

        void PrintAll(string what, IReadOnlyList<ChildEntry> entries)
        {
            foreach (ChildEntry entry in entries)
            {
                console.WriteLine($"{what} {entry.Hotkey} {((double)entry.Proportion.Value / ulong.MaxValue).ToString("P2", CultureInfo.InvariantCulture)}");
            }
        }
    }

    private static List<ChildEntry> Entries(IReadOnlyList<ChildLink> links) =>
        [.. links.Select(static c => new ChildEntry(LedgerText.Address(c.Child), c.Proportion))];
}

/// <summary>The answer of <c>subnet children show</c>.</summary>
internal sealed record ChildrenShowDocument(
    ushort Netuid, string Hotkey, IReadOnlyList<ChildEntry> Children, IReadOnlyList<ChildEntry> Parents, IReadOnlyList<ChildEntry>? Pending, Amount? PendingBlock)
    : Document(FormatName)
{
    public const string FormatName = "subnet/children-show/1";
}

/// <summary>A child or parent; the proportion is of 2^64-1.</summary>
internal sealed record ChildEntry(string Hotkey, Amount Proportion);
