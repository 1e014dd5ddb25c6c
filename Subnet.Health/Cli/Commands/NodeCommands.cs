using System.Globalization;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

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
