using System.CommandLine;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary>Options that name tokens of one key.</summary>
internal sealed class TokenOptions
{
    public Argument<ushort> Netuid { get; } = LedgerText.Netuid();

    public Option<ulong?> Epoch { get; } = new("--access-epoch") { Description = "Access epoch of the tokens (default: that of the next block).", HelpName = "N" };

    public Option<ushort> Denomination { get; } = new("--denomination") { Description = "Rows a token pays for: 1, 16 or 256.", HelpName = "ROWS", DefaultValueFactory = _ => (ushort)1 };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Netuid);
        command.Options.Add(Epoch);
        command.Options.Add(Denomination);
    }

    public ulong EpochOf(CommandContext context, LedgerEngine ledger) =>
        context.Get(Epoch) ?? ledger.State.Parameters[default].AccessEpochAt(ledger.Height + 1);
}

/// <summary><c>subnet subnets fees NETUID</c>: what access costs, and what was sold and settled.</summary>
internal sealed class SubnetsFeesCommand : LedgerReadCommand<SubnetsFeesDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();

    public SubnetsFeesCommand()
        : base("fees", "Show what access to a subnet costs, how fees are divided, and what was sold and settled.", new CommandExample("subnets fees 1", "a ledger with that subnet")) => Arguments.Add(netuid);

    /// <inheritdoc/>
    protected override SubnetsFeesDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ushort number = context.Get(netuid);
        Find(ledger, number);
        return SubnetsFeesDocument.Of(ledger.State, ledger.Height, number);
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, SubnetsFeesDocument document)
    {
        console.WriteLine($"a row costs {LedgerText.Tao((ulong)document.PriceRao.Value)} TAO; of a fee {LedgerText.Percent((ushort)document.Burn)} is burned, {LedgerText.Percent((ushort)document.Owner)} goes to the owner, the rest to the miner");
        console.WriteLine($"access epoch {document.CurrentEpoch}");
        foreach (IssuerKeyEntry key in document.Keys)
        {
            console.WriteLine($"epoch {key.Epoch} for {key.Denomination} rows: {LedgerText.Tao((ulong)key.PriceRao.Value)} TAO each, sold {key.Sold}, settled {key.Settled}, {LedgerText.Tao((ulong)key.EscrowRao.Value)} TAO held");
        }
    }
}

/// <summary>The answer of <c>subnet subnets fees</c>; burn and owner are of 65535.</summary>
internal sealed record SubnetsFeesDocument(
    ushort Netuid, Amount CurrentEpoch, Amount PriceRao, int Burn, int Owner, IReadOnlyList<IssuerKeyEntry> Keys) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-fees/1";

    public static SubnetsFeesDocument Of(LedgerState state, ulong height, ushort netuid)
    {
        Hyperparameters settings = state.Hyperparameters[new SubnetKey(netuid)];
        return new SubnetsFeesDocument(
            netuid,
            state.Parameters[default].AccessEpochAt(height + 1),
            settings.AccessPrice,
            settings.AccessFeeBurn,
            settings.AccessFeeOwner,
            [
                .. state.IssuerKeys.Unordered().Where(k => k.Key.Netuid == netuid)
                    .OrderBy(static k => k.Key.Epoch).ThenBy(static k => k.Key.Denomination)
                    .Select(static k => new IssuerKeyEntry(
                        k.Key.Epoch, k.Key.Denomination, LedgerText.Address(k.Value.Issuer), k.Value.PublicKey.ToArray(), k.Value.Price, k.Value.Sold, k.Value.Settled, k.Value.Escrow)),
            ]);
    }
}

/// <summary>A token issuer's key with its totals.</summary>
internal sealed record IssuerKeyEntry(
    Amount Epoch, int Denomination, string Issuer, byte[] PublicKey, Amount PriceRao, Amount Sold, Amount Settled, Amount EscrowRao);

/// <summary><c>subnet subnets purchase NETUID</c>: pays for tokens; <c>subnet clinic</c> then has them signed.</summary>
internal sealed class SubnetsPurchaseCommand : LedgerCallCommand
{
    private readonly TokenOptions tokens = new();
    private readonly Option<ulong> count = new("--count") { Description = "How many tokens.", HelpName = "N", Required = true };
    private readonly Option<string?> maximum = new("--max-price") { Description = "Most TAO to pay for one token (default: the price as it stands).", HelpName = "TAO" };

    public SubnetsPurchaseCommand()
        : base("purchase", "Pay for access tokens with the wallet's coldkey.", new CommandExample("subnets purchase 1 --count 100 --denomination 16 --yes", "a wallet with money"))
    {
        tokens.AddTo(this);
        Options.Add(count);
        Options.Add(maximum);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        ushort netuid = context.Get(tokens.Netuid), denomination = context.Get(tokens.Denomination);
        ulong epoch = tokens.EpochOf(context, ledger);
        ulong most = context.Get(maximum) is { } text ? LedgerText.Amount(text)
            : ledger.State.IssuerKeys.Find(new IssuerKeyId(netuid, epoch, denomination))?.Price ?? ulong.MaxValue;
        return new PurchaseAccessCall(netuid, epoch, denomination, context.Get(count), most);
    }
}

/// <summary><c>subnet subnets settle NETUID</c>: redeems received tokens; <c>subnet miner run</c> does it by itself.</summary>
internal sealed class SubnetsSettleCommand : LedgerCallCommand
{
    private const int MostTokens = 1_024;
    private const int MaxFileBytes = 4 << 20;

    private readonly TokenOptions tokens = new();
    private readonly Option<string> file = new("--tokens") { Description = "A file with one token in hexadecimal digits on each line.", HelpName = "FILE", Required = true };

    public SubnetsSettleCommand()
        : base("settle", "Redeem access tokens that the wallet's hotkey received.", new CommandExample("subnets settle 1 --tokens spent.txt --yes", "a miner's wallet and spent tokens"))
    {
        tokens.AddTo(this);
        Options.Add(file);
    }

    /// <inheritdoc/>
    protected override bool SignsWithHotkey => true;

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        string path = context.ExistingFile(context.Get(file)!);
        string[] lines = new FileInfo(path).Length <= MaxFileBytes ? File.ReadAllLines(path) : throw Malformed(context, "is longer than 4 MiB");
        List<byte[]> read = [];
        foreach (string line in lines.Where(static l => l.Length > 0))
        {
            try
            {
                read.Add(Convert.FromHexString(line));
            }
            catch (FormatException)
            {
                throw Malformed(context, $"has a line that is not a token ({read.Count + 1})");
            }
        }

        // Ascending by bytes and without times: the order says nothing of who asked when (protocol.md 3).
        read.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return read.Count is > 0 and <= MostTokens
            ? new SettleAccessCall(context.Get(tokens.Netuid), tokens.EpochOf(context, ledger), context.Get(tokens.Denomination), [.. read.Select(static t => new TokenBytes(t))])
            : throw Malformed(context, $"holds {read.Count} tokens, not 1 to {MostTokens}");
    }

    private CommandException Malformed(CommandContext context, string why) =>
        new(ErrorCodes.FileMalformed, $"'{context.Get(file)}' {why}.", "Put one token in hexadecimal digits on each line.");
}
