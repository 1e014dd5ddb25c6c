using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Numerics;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet subnets list</c>.</summary>
internal sealed class SubnetsListCommand : LedgerReadCommand<SubnetsListDocument>
{
    public SubnetsListCommand()
        : base("list", "List the subnets with their prices and pools.", new CommandExample("subnets list", "a ledger"))
    {
    }

    /// <inheritdoc/>
    protected override SubnetsListDocument Read(CommandContext context, LedgerEngine ledger) => SubnetsListDocument.Of(ledger.State);

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, SubnetsListDocument document)
    {
        Table table = new Table().AddColumns("netuid", "name", "neurons", "price", "moving price", "TAO in pool", "alpha out", "burn price", "owner");
        foreach (SubnetEntry entry in document.Subnets)
        {
            table.AddRow(
                new Text(entry.Netuid.ToString(CultureInfo.InvariantCulture)),
                new Text(entry.Name),
                new Text($"{entry.Neurons}/{entry.MaxNeurons}"),
                new Text(entry.Price.ToString("0.######", CultureInfo.InvariantCulture)),
                new Text(entry.MovingPrice.ToString("0.######", CultureInfo.InvariantCulture)),
                new Text(LedgerText.Tao((ulong)entry.PoolTaoRao.Value)),
                new Text(LedgerText.Tao((ulong)entry.AlphaOutstanding.Value)),
                new Text(LedgerText.Tao((ulong)entry.BurnPriceRao.Value)),
                new Text(entry.Owner));
        }

        console.Write(table);
    }
}

/// <summary>The answer of <c>subnet subnets list</c>.</summary>
internal sealed record SubnetsListDocument(IReadOnlyList<SubnetEntry> Subnets) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-list/1";

    public static SubnetsListDocument Of(LedgerState state) => new([.. state.Netuids.Select(netuid => SubnetEntry.Of(state, netuid))]);
}

/// <summary><c>subnet subnets show NETUID</c>.</summary>
internal sealed class SubnetsShowCommand : LedgerReadCommand<SubnetsShowDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();

    public SubnetsShowCommand()
        : base("show", "Show one subnet: owner, pool, what waits for its epoch.", new CommandExample("subnets show 1", "a ledger with that subnet")) => Arguments.Add(netuid);

    /// <inheritdoc/>
    protected override SubnetsShowDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ushort number = context.Get(netuid);
        Find(ledger, number);
        return new(SubnetEntry.Of(ledger.State, number));
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, SubnetsShowDocument document)
    {
        SubnetEntry s = document.Subnet;
        console.WriteLine($"subnet {s.Netuid} `{s.Name}` of {s.Owner}, hotkey {s.OwnerHotkey}");
        console.WriteLine($"created in block {s.CreatedBlock}, {(s.StartedBlock is null ? "not started" : $"started in block {s.StartedBlock}")}, {s.Neurons} of {s.MaxNeurons} uids");
        console.WriteLine($"price {s.Price.ToString("0.#########", CultureInfo.InvariantCulture)} TAO, moving {s.MovingPrice.ToString("0.#########", CultureInfo.InvariantCulture)}");
        console.WriteLine($"pool {LedgerText.Tao((ulong)s.PoolTaoRao.Value)} TAO and {LedgerText.Tao((ulong)s.PoolAlpha.Value)} alpha; {LedgerText.Tao((ulong)s.AlphaOutstanding.Value)} alpha outside");
        console.WriteLine($"pending {LedgerText.Tao((ulong)s.PendingAlpha.Value)} alpha, next epoch in block {s.NextEpochBlock}, registration costs {LedgerText.Tao((ulong)s.BurnPriceRao.Value)} TAO");
    }
}

/// <summary>The answer of <c>subnet subnets show</c>.</summary>
internal sealed record SubnetsShowDocument(SubnetEntry Subnet) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-show/1";
}

/// <summary>A subnet in numbers. Prices are TAO per alpha, for people; amounts are in smallest units.</summary>
internal sealed record SubnetEntry(
    ushort Netuid,
    string Name,
    string Owner,
    string OwnerHotkey,
    Amount CreatedBlock,
    Amount? StartedBlock,
    int Neurons,
    int MaxNeurons,
    double Price,
    double MovingPrice,
    Amount PoolTaoRao,
    Amount PoolAlpha,
    Amount AlphaOutstanding,
    Amount PendingAlpha,
    Amount DustAlpha,
    Amount BurnPriceRao,
    Amount NextEpochBlock)
{
    public static SubnetEntry Of(LedgerState ledger, ushort netuid)
    {
        SubnetKey key = new(netuid);
        SubnetInfo info = ledger.Subnets[key];
        SubnetState state = ledger.SubnetStates[key];
        Hyperparameters parameters = ledger.Hyperparameters[key];
        return new SubnetEntry(
            netuid,
            info.Name,
            LedgerText.Address(info.OwnerColdkey),
            LedgerText.Address(info.OwnerHotkey),
            info.CreatedBlock,
            info.StartedBlock == 0 ? null : info.StartedBlock,
            state.Neurons,
            parameters.MaxAllowedUids,
            new Subnet.Core.Pools.PoolReserves(state.TaoReserve, state.AlphaReserve, state.QuoteWeight).Price.ToDouble(),
            new I96F32(state.MovingPrice).ToDouble(),
            state.TaoReserve,
            state.AlphaReserve,
            state.AlphaOutstanding,
            state.PendingOwner + state.PendingServer + state.PendingValidator + state.PendingRoot,
            state.DustAlpha,
            state.BurnPrice,
            state.LastEpochBlock + parameters.Tempo);
    }
}

/// <summary><c>subnet subnets create</c>.</summary>
internal sealed class SubnetsCreateCommand : LedgerCallCommand
{
    private readonly Option<string> subnetName = new("--subnet-name") { Description = "Name of the subnet, shown to people.", Required = true };
    private readonly Option<string?> maximum = new("--max-cost") { Description = "Highest lock cost accepted, in TAO.", HelpName = "TAO" };

    public SubnetsCreateCommand()
        : base("create", "Create a subnet; the lock cost becomes its pool.", new CommandExample("subnets create --subnet-name cardiology --yes", "a wallet with TAO"))
    {
        Options.Add(subnetName);
        Options.Add(maximum);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new CreateSubnetCall(
        Wallet.Account(context, asHotkey: true), context.Get(subnetName)!, context.Get(maximum) is { } text ? LedgerText.Amount(text) : ulong.MaxValue);
}

/// <summary><c>subnet subnets start NETUID</c>.</summary>
internal sealed class SubnetsStartCommand : LedgerCallCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();

    public SubnetsStartCommand()
        : base("start", "Start the emission of an own subnet.", new CommandExample("subnets start 1 --yes", "the owner's wallet")) => Arguments.Add(netuid);

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new StartSubnetCall(context.Get(netuid));
}

/// <summary><c>subnet subnets register NETUID</c>.</summary>
internal sealed class SubnetsRegisterCommand : LedgerCallCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Option<string?> maximum = new("--max-cost") { Description = "Highest price accepted, in TAO.", HelpName = "TAO" };

    public SubnetsRegisterCommand()
        : base("register", "Buy a uid for the wallet's hotkey; on subnet 0 take a seat on root.", new CommandExample("subnets register 1 --max-cost 2 --yes", "a wallet with TAO"))
    {
        Arguments.Add(netuid);
        Options.Add(maximum);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        AccountId hotkey = Wallet.Account(context, asHotkey: true);
        return context.Get(netuid) == 0
            ? new RegisterRootCall(hotkey)
            : new RegisterNeuronCall(context.Get(netuid), hotkey, context.Get(maximum) is { } text ? LedgerText.Amount(text) : ulong.MaxValue);
    }
}

/// <summary><c>subnet subnets hyperparameters NETUID</c>.</summary>
internal sealed class SubnetsHyperparametersCommand : LedgerReadCommand<SubnetsHyperparametersDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();

    public SubnetsHyperparametersCommand()
        : base("hyperparameters", "Show the hyperparameters of a subnet and who may set them.", new CommandExample("subnets hyperparameters 1", "a ledger with that subnet")) => Arguments.Add(netuid);

    /// <inheritdoc/>
    protected override SubnetsHyperparametersDocument Read(CommandContext context, LedgerEngine ledger)
    {
        Find(ledger, context.Get(netuid));
        return SubnetsHyperparametersDocument.Of(ledger.State, context.Get(netuid));
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, SubnetsHyperparametersDocument document)
    {
        foreach (HyperparameterEntry entry in document.Hyperparameters)
        {
            console.WriteLine($"{entry.Name,-32} {entry.Value,22}  {entry.SetBy}");
        }
    }
}

/// <summary>The answer of <c>subnet subnets hyperparameters</c>.</summary>
internal sealed record SubnetsHyperparametersDocument(ushort Netuid, IReadOnlyList<HyperparameterEntry> Hyperparameters) : Document(FormatName)
{
    public const string FormatName = "subnet/subnets-hyperparameters/1";

    public static SubnetsHyperparametersDocument Of(LedgerState state, ushort netuid)
    {
        Hyperparameters values = state.Hyperparameters[new SubnetKey(netuid)];
        return new SubnetsHyperparametersDocument(
            netuid, [.. HyperparameterCatalog.All.Select(p => new HyperparameterEntry(p.Number, p.Name, new Amount(p.Get(values)), p.IsRootOnly ? "root" : "owner"))]);
    }
}

/// <summary>A hyperparameter with its value.</summary>
internal sealed record HyperparameterEntry(ushort Number, string Name, Amount Value, string SetBy);

/// <summary><c>subnet subnets set NETUID NAME VALUE</c>.</summary>
internal sealed class SubnetsSetCommand : LedgerCallCommand
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();
    private readonly Argument<string> parameter = new("NAME") { Description = "Name of the hyperparameter." };
    private readonly Argument<string> value = new("VALUE") { Description = "Its new value, a whole number; truth values are 0 and 1." };

    public SubnetsSetCommand()
        : base("set", "Set a hyperparameter of an own subnet.", new CommandExample("subnets set 1 immunity_period 7200 --yes", "the owner's wallet"))
    {
        Arguments.Add(netuid);
        Arguments.Add(parameter);
        Arguments.Add(value);
    }

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger) => new SetHyperparameterCall(
        context.Get(netuid),
        (HyperparameterCatalog.Find(context.Get(parameter)) ?? throw LedgerAccess.Refused(RejectionReason.ParameterNotFound)).Number,
        Int128.TryParse(context.Get(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number)
            ? number
            : throw new CommandException(ErrorCodes.Usage, $"'{context.Get(value)}' is not a whole number.", "Give a whole number."));
}

/// <summary><c>subnet metagraph NETUID</c>.</summary>
internal sealed class MetagraphCommand : LedgerReadCommand<MetagraphDocument>
{
    private readonly Argument<ushort> netuid = LedgerText.Netuid();

    public MetagraphCommand()
        : base("metagraph", "Show every neuron of a subnet with the outcome of its last epoch.", new CommandExample("metagraph 1", "a ledger with that subnet")) => Arguments.Add(netuid);

    /// <inheritdoc/>
    protected override MetagraphDocument Read(CommandContext context, LedgerEngine ledger)
    {
        ushort number = context.Get(netuid);
        Find(ledger, number);
        return MetagraphDocument.Of(ledger.State, ledger.Height, number);
    }

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, MetagraphDocument document)
    {
        Table table = new Table().AddColumns("uid", "hotkey", "alpha", "root", "permit", "incentive", "dividends", "consensus", "vtrust", "emission", "updated");
        foreach (MetagraphEntry n in document.Neurons)
        {
            table.AddRow(
                new Text(n.Uid.ToString(CultureInfo.InvariantCulture)),
                new Text(n.Hotkey),
                new Text(LedgerText.Tao((ulong)n.AlphaStake.Value)),
                new Text(LedgerText.Tao((ulong)n.RootStakeRao.Value)),
                new Text(n.ValidatorPermit ? "*" : ""),
                new Text(LedgerText.Percent(n.Incentive)),
                new Text(LedgerText.Percent(n.Dividends)),
                new Text(LedgerText.Percent(n.Consensus)),
                new Text(LedgerText.Percent(n.ValidatorTrust)),
                new Text(LedgerText.Tao((ulong)n.EmissionAlpha.Value)),
                new Text(n.LastUpdateBlock.ToString()));
        }

        console.Write(table);
    }
}

/// <summary>The answer of <c>subnet metagraph</c>.</summary>
internal sealed record MetagraphDocument(ushort Netuid, Amount Height, IReadOnlyList<MetagraphEntry> Neurons) : Document(FormatName)
{
    public const string FormatName = "subnet/metagraph/1";

    public static MetagraphDocument Of(LedgerState state, ulong height, ushort number)
    {
        List<MetagraphEntry> neurons = [];
        for (ushort uid = 0; state.Neurons.TryGet(new NeuronKey(number, uid), out Neuron? n); uid++)
        {
            neurons.Add(new MetagraphEntry(
                uid,
                LedgerText.Address(n.Hotkey),
                LedgerText.Address(state.Hotkeys[n.Hotkey].OwnerColdkey),
                state.StakePools.Find(new HotkeyKey(number, n.Hotkey))?.Total ?? 0,
                state.StakePools.Find(new HotkeyKey(0, n.Hotkey))?.Total ?? 0,
                n.ValidatorPermit,
                n.StakeWeight,
                n.Consensus,
                n.Incentive,
                n.Dividends,
                n.ValidatorTrust,
                n.Emission,
                n.LastUpdate,
                n.RegisteredBlock,
                state.Endpoints.Find(new HotkeyKey(number, n.Hotkey))?.Address));
        }

        return new MetagraphDocument(number, height, neurons);
    }
}

/// <summary>A neuron; fractions are of 65535.</summary>
internal sealed record MetagraphEntry(
    ushort Uid,
    string Hotkey,
    string Coldkey,
    Amount AlphaStake,
    Amount RootStakeRao,
    bool ValidatorPermit,
    ushort StakeWeight,
    ushort Consensus,
    ushort Incentive,
    ushort Dividends,
    ushort ValidatorTrust,
    Amount EmissionAlpha,
    Amount LastUpdateBlock,
    Amount RegisteredBlock,
    string? Endpoint);
