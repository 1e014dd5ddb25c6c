using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet node run</c>: the sequencer.</summary>
internal sealed class NodeRunCommand : SubnetCommand
{
    private readonly Option<string?> store = LedgerAccess.StoreOption();
    private readonly WalletKeys wallet = new();
    private readonly Option<string?> genesis = new("--genesis") { Description = "Genesis file; needed the first time.", HelpName = "FILE" };
    private readonly Option<uint?> interval = new("--interval") { Description = "Milliseconds between blocks (default: the genesis file's block time).", HelpName = "MS" };
    private readonly Option<ulong?> until = new("--until") { Description = "Stop after the block of this height.", HelpName = "HEIGHT" };
    private readonly Option<bool> rebuild = new("--rebuild") { Description = "Ignore snapshots and execute every block again." };

    public NodeRunCommand()
        : base("run", "Make blocks from the transactions handed over through the store.", new CommandExample("node run --genesis genesis.json --wallet-name sequencer --password-file password.txt", "a genesis file and the sequencer's wallet"))
    {
        Options.Add(store);
        Options.Add(genesis);
        foreach (Option option in wallet.All)
        {
            Options.Add(option);
        }

        Options.Add(interval);
        Options.Add(until);
        Options.Add(rebuild);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(NodeBlockDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        byte[]? first = context.Get(genesis) is { } file ? await File.ReadAllBytesAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false) : null;
        using LedgerKey key = wallet.Load(context, asHotkey: false);
        LedgerNode node = Open(context, first, key);
        await using (node.ConfigureAwait(false))
        {
            context.Output.Say($"sequencer of `{node.Client.Identity.Network}` at block {node.Host.Height}");
            TimeSpan? pace = context.Get(interval) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
            node.Start(pace, context.Get(until), outcome => NodeBlockDocument.Print(context, outcome.Block, outcome.Receipts.Count(static r => r.Reason != RejectionReason.None)));
            await Task.WhenAny(node.Completion, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
            await node.StopAsync().ConfigureAwait(false);
            await node.Completion.ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private LedgerNode Open(CommandContext context, byte[]? first, LedgerKey key)
    {
        string place = LedgerAccess.Place(context, context.Get(store), create: first is not null);
        try
        {
            return LedgerAccess.Guard(() => LedgerNode.Open(
                LedgerStores.Open(place), first, key, context.Time, options: LedgerOptions.Default with { IgnoreSnapshots = context.Get(rebuild) }));
        }
        catch (LedgerFormatException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The genesis file is malformed: {e.Message}.", "Correct the member it names.", e);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ErrorCodes.Usage, "The key is not the sequencer's that the genesis names.", "Give the sequencer's wallet with --wallet-name.", e);
        }
    }
}

/// <summary><c>subnet node follow</c>: re-executes another store's blocks.</summary>
internal sealed class NodeFollowCommand : SubnetCommand
{
    private readonly Option<string?> store = LedgerAccess.StoreOption();
    private readonly Option<string> from = new("--from") { Description = "The store to follow: an SQLite file or a PostgreSQL connection.", HelpName = "STORE", Required = true };
    private readonly Option<bool> once = new("--once") { Description = "Stop at the newest block instead of waiting for more." };
    private readonly Option<int> interval = new("--interval") { Description = "Milliseconds between looks at the source.", HelpName = "MS", DefaultValueFactory = _ => 500 };

    public NodeFollowCommand()
        : base("follow", "Execute the blocks of another store again and stop with evidence at the first that does not follow.", new CommandExample("node follow --from /srv/sequencer/ledger.db", "a ledger to follow"))
    {
        Options.Add(store);
        Options.Add(from);
        Options.Add(once);
        Options.Add(interval);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(NodeBlockDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string place = LedgerAccess.Place(context, context.Get(from), create: false);
        using ILedgerStore source = Open(place);
        using LedgerAccess own = LedgerAccess.Open(context, context.Get(store), source.ReadGenesis());
        Follower follower = new(own.Engine, source, Path.Combine(context.Home, "node", "evidence"), context.Time);
        try
        {
            await follower.RunAsync(
                context.Get(once), TimeSpan.FromMilliseconds(context.Get(interval)), block => NodeBlockDocument.Print(context, block, null), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (BlockRefusedException e)
        {
            throw new CommandException(
                ErrorCodes.BlockRefused, $"The sequencer's {e.Message}.", $"Keep {follower.EvidencePath(e.Evidence.Height)}: it holds the signed header and what execution gives.", e);
        }
        catch (LedgerFormatException e)
        {
            throw new CommandException(ErrorCodes.LedgerCorrupt, $"The followed store is damaged: {e.Message}.", "Follow another copy.", e);
        }

        return ExitCode.Done;
    }

    private static ILedgerStore Open(string place)
    {
        try
        {
            return LedgerStores.Open(place);
        }
        catch (LedgerStoreException e)
        {
            throw new CommandException(ErrorCodes.LedgerUnavailable, $"The followed store cannot be opened: {e.Message}.", "Check --from.", e);
        }
    }
}

/// <summary>A block as it is made or followed.</summary>
internal sealed record NodeBlockDocument(Amount Height, byte[] Id, byte[] State, DateTimeOffset Time, int Transactions, int? Refused) : Document(FormatName)
{
    public const string FormatName = "subnet/node-block/1";

    public static NodeBlockDocument Of(Block block, int? refused) => new(
        block.Header.Height,
        block.Id.ToArray(),
        block.Header.State.ToArray(),
        DateTimeOffset.FromUnixTimeMilliseconds((long)block.Header.TimeMs),
        block.Transactions.Count,
        refused);

    public static NodeBlockDocument Of(LedgerBlock block) => Of(block.Block, block.Receipts.Count(static r => r.Reason != RejectionReason.None));

    public static void Print(CommandContext context, Block block, int? refused) => context.Output.Line(
        Of(block, refused),
        string.Create(CultureInfo.InvariantCulture, $"block {block.Header.Height}  {block.Transactions.Count} transactions  state {block.Header.State}"));
}

/// <summary><c>subnet node status</c>.</summary>
internal sealed class NodeStatusCommand : LedgerCommand
{
    public NodeStatusCommand()
        : base("status", "Show the newest block of the local ledger and its totals.", new CommandExample("node status", "a ledger"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(NodeStatusDocument)];

    /// <inheritdoc/>
    protected override ExitCode Answer(CommandContext context, LedgerEngine ledger)
    {
        NodeStatusDocument document = NodeStatusDocument.Of(new LedgerView(ledger));
        context.Output.Document(document, console =>
        {
            console.WriteLine($"network {document.Network}, block {document.Height}, {document.Time:yyyy-MM-dd HH:mm:ss} UTC");
            console.WriteLine($"state {ledger.State.Hash}");
            console.WriteLine($"issued {LedgerText.Tao((ulong)document.IssuanceRao.Value)} TAO, burned {LedgerText.Tao((ulong)document.BurnedRao.Value)}, on root {LedgerText.Tao((ulong)document.RootStakeRao.Value)}");
            console.WriteLine($"{document.Subnets} subnets, {document.Accounts} accounts; smallest stake {LedgerText.Tao((ulong)document.MinStakeRao.Value)} TAO, fee {LedgerText.Tao((ulong)document.TransactionFeeRao.Value)} TAO");
        });
        return ExitCode.Done;
    }
}

/// <summary>The answer of <c>subnet node status</c>.</summary>
internal sealed record NodeStatusDocument(
    string Network,
    byte[] Genesis,
    string Sequencer,
    Amount Height,
    byte[] Tip,
    byte[] State,
    DateTimeOffset Time,
    uint ProtocolVersion,
    Amount IssuanceRao,
    Amount BurnedRao,
    Amount RootStakeRao,
    Amount MinStakeRao,
    Amount TransactionFeeRao,
    int Subnets,
    int Accounts) : Document(FormatName)
{
    public const string FormatName = "subnet/node-status/1";

    public static NodeStatusDocument Of(LedgerView ledger)
    {
        GlobalState global = ledger.State.Global[default];
        return new NodeStatusDocument(
            ledger.Genesis.Network,
            ledger.Genesis.Hash.ToArray(),
            LedgerText.Address(ledger.Genesis.Sequencer),
            ledger.Height,
            ledger.TipId.ToArray(),
            ledger.State.Hash.ToArray(),
            DateTimeOffset.FromUnixTimeMilliseconds((long)ledger.TimeMs),
            global.ProtocolVersion,
            global.Issuance,
            global.Burned,
            (ulong)ledger.State.StakedOn(0),
            ledger.Parameters.MinStake,
            ledger.Parameters.TransactionFee,
            ledger.State.Netuids.Count,
            ledger.State.Accounts.Count);
    }
}
