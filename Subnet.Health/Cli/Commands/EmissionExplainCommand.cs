using System.CommandLine;
using System.Globalization;
using Subnet.Core.Emission;
using Subnet.Core.Ledger;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet emission explain</c>: where one block's emission to a subnet goes, step by step, or why a hotkey got what it got.</summary>
internal sealed class EmissionExplainCommand : SubnetCommand
{
    private const ulong DefaultTaoWeight = 971_718_665_099_567_868;
    private const ushort DefaultOwnerCut = 11_796;

    private readonly Option<ulong> issuance = Amount("--issuance", "TAO issued so far, in rao.", 0);
    private readonly Option<ulong> taoReserve = Amount("--tao-reserve", "TAO in the subnet's pool, in rao.", 1_000_000_000_000);
    private readonly Option<ulong> alphaReserve = Amount("--alpha-reserve", "Alpha in the subnet's pool, in smallest units.", 10_000_000_000_000);
    private readonly Option<ulong> alphaIssuance =
        Amount("--alpha-issuance", "Alpha of the subnet, pool and outstanding, in smallest units.", 1_000_000_000_000_000);

    private readonly Option<ulong> rootTao = Amount("--root-tao", "TAO staked on root, in rao.", 5_000_000_000_000_000);
    private readonly Option<ulong> taoWeight = Amount("--tao-weight", "What root stake counts, of 2^64 - 1.", DefaultTaoWeight);

    private readonly Option<double> share = new("--share")
    {
        Description = "The subnet's share of the block emission.",
        HelpName = "FRACTION",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<ushort> ownerCut = new("--owner-cut")
    {
        Description = "The subnet owner's cut, of 65535.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultOwnerCut,
    };

    private readonly Option<ushort?> netuid = new("--netuid") { Description = "A subnet of the ledger: its own figures instead of those of the options.", HelpName = "NETUID" };
    private readonly Option<string?> hotkey = new("--hotkey") { Description = "With --netuid: why this hotkey got what it got in an epoch.", HelpName = "ADDRESS" };
    private readonly Option<ulong?> epoch = new("--epoch") { Description = "Number of the epoch for --hotkey (default: the newest).", HelpName = "N" };
    private readonly LedgerPlace place = new();

    public EmissionExplainCommand()
        : base(
            "explain",
            "Show where one block's emission to a subnet goes with every rounding, or why a hotkey got what it got.",
            new CommandExample("emission explain"),
            new CommandExample("emission explain --share 0.02 --issuance 9000000000000000 --tao-reserve 25000000000000 --alpha-reserve 1100000000000000"),
            new CommandExample("emission explain --netuid 1 --hotkey 5Dfx...3Fw", "a ledger with stored epochs"))
    {
        foreach (Option option in new Option[] { issuance, share, taoReserve, alphaReserve, alphaIssuance, rootTao, taoWeight, ownerCut, netuid, hotkey, epoch })
        {
            Options.Add(option);
        }

        place.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(EmissionExplanationDocument), typeof(EmissionTraceDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Get(netuid) is not { } subnet)
        {
            return context.Get(hotkey) is null
                ? Print(context, Compute(FromOptions(context)))
                : throw new CommandException(ErrorCodes.Usage, "A hotkey is explained on a subnet.", "Give --netuid too.");
        }

        using LedgerAccess ledger = await place.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        if (context.Get(hotkey) is not { } name)
        {
            return ledger.Engine.State.Subnets.Contains(new SubnetKey(subnet))
                ? Print(context, Compute(FromLedger(ledger.Engine.State, subnet)))
                : throw LedgerAccess.Refused(RejectionReason.SubnetNotFound);
        }

        return await TraceAsync(context, ledger, subnet, LedgerText.Account(name), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExitCode> TraceAsync(CommandContext context, LedgerAccess ledger, ushort subnet, AccountId account, CancellationToken cancellationToken)
    {
        EpochRecord record = await ledger.EpochAsync(subnet, context.Get(epoch), cancellationToken).ConfigureAwait(false);
        TracedEmission traced = await LedgerAccess.GuardAsync(
            () => ledger.Client.TraceEmissionAsync(subnet, account, record.Index, cancellationToken)).ConfigureAwait(false)
            ?? throw new CommandException(
                ErrorCodes.LedgerRefused, $"{LedgerText.Address(account)} had no uid in epoch {record.Index} of subnet {subnet}.", "Choose another hotkey or --epoch.");
        EmissionTraceDocument document = EmissionTraceDocument.Of(traced);
        context.Output.Document(document, _ => context.Output.Raw(document.ToText()));
        return document.Committed ? ExitCode.Done : ExitCode.No;
    }

    private static ExitCode Print(CommandContext context, EmissionExplanationDocument document)
    {
        context.Output.Document(document, _ => context.Output.Raw(Text(document)));
        return ExitCode.Done;
    }

    private Figures FromOptions(CommandContext context)
    {
        double part = context.Get(share);
        return part is >= 0 and <= 1
            ? new Figures(
                context.Get(issuance),
                new EmissionOutlook(U64F64.FromDouble(part), true),
                new PoolReserves(context.Get(taoReserve), context.Get(alphaReserve), PoolReserves.EqualWeight),
                context.Get(alphaIssuance),
                context.Get(rootTao),
                context.Get(taoWeight),
                context.Get(ownerCut),
                true)
            : throw new CommandException(ErrorCodes.Usage, "--share is not a fraction from 0 to 1.", "Give a fraction such as 0.02.");
    }

    private static Figures FromLedger(LedgerState state, ushort subnet)
    {
        SubnetKey key = new(subnet);
        SubnetState pool = state.SubnetStates[key];
        GlobalParameters parameters = state.Parameters[default];
        return new Figures(
            state.Global[default].Issuance,
            EmissionOutlook.Of(state, subnet),
            new PoolReserves(pool.TaoReserve, pool.AlphaReserve, pool.QuoteWeight),
            checked(pool.AlphaReserve + pool.AlphaOutstanding),
            (ulong)state.StakedOn(0),
            parameters.TaoWeight,
            parameters.SubnetOwnerCut,
            state.Hyperparameters[key].OwnerCutEnabled);
    }

    private static EmissionExplanationDocument Compute(Figures figures)
    {
        ulong block = BlockEmission.AtIssuance(figures.Issuance);
        U96F32 tao = EmissionShares.TaoEmission(figures.Outlook.Share, block);
        U96F32 proportion = TaoWeight.RootProportion(figures.RootTao, figures.AlphaIssuance, figures.TaoWeight);
        SubnetInjection terms = SubnetInjection.Compute(tao, figures.Pool.Price, figures.AlphaIssuance, figures.RootTao, figures.TaoWeight);
        ulong alphaOut = terms.AlphaOut.FloorToUInt64();

        // Root's part is of the issuance after the injection, if the pool takes it, and with the alpha handed out.
        ulong issuance = checked(figures.AlphaIssuance + Joining(figures.Pool, terms) + alphaOut);
        AlphaSplit split = AlphaSplit.Compute(
            terms.AlphaOut, figures.OwnerCut, figures.OwnerCutEnabled, TaoWeight.RootProportion(figures.RootTao, issuance, figures.TaoWeight));
        return new EmissionExplanationDocument(
            block,
            tao.FloorToUInt64(),
            figures.Pool.Price.ToDouble(),
            proportion.ToDouble(),
            terms.TaoIn.FloorToUInt64(),
            terms.AlphaIn.FloorToUInt64(),
            terms.ExcessTao.FloorToUInt64(),
            alphaOut,
            split.Owner,
            split.Server,
            split.Validator,
            figures.Outlook.RootTakesPart ? split.Root : 0,
            alphaOut - split.Owner - split.Server - split.Validator - split.Root,
            figures.Outlook.RootTakesPart ? null : split.Root);
    }

    /// <summary>The alpha that joins the pool: none where that would move its weights out of their range, or where a reserve would not fit.</summary>
    private static ulong Joining(PoolReserves pool, SubnetInjection terms)
    {
        ulong tao = terms.TaoIn.FloorToUInt64(), alpha = terms.AlphaIn.FloorToUInt64();
        bool fits = tao <= ulong.MaxValue - pool.Tao && alpha <= ulong.MaxValue - pool.Alpha;
        return fits && pool.Inject(tao, alpha) is not null ? alpha : 0;
    }

    private static string Text(EmissionExplanationDocument d) => string.Create(CultureInfo.InvariantCulture, $"""
        block emission            {d.BlockEmissionRao,20} rao    halved each time half of what was left is issued
        to this subnet            {d.TaoRao,20} rao    block emission * share
        price                     {d.Price,20:F9} TAO per alpha
        root proportion           {d.RootProportion,20:F9}        tw * R / (tw * R + alpha issuance)
        into the pool: TAO        {d.TaoInRao,20} rao    alpha in * price, at most what the subnet has
        into the pool: alpha      {d.AlphaInRao,20}        TAO / price, at most root proportion * alpha emission
        buys alpha: TAO           {d.ExcessTaoRao,20} rao    what is left
        alpha emission            {d.AlphaOutRao,20}        the same curve at the alpha issuance
          owner                   {d.OwnerRao,20}        alpha emission * cut
          miners                  {d.ServerRao,20}        half of the rest
          validators              {d.ValidatorRao,20}        the other half, less root's part
          root                    {d.RootRao,20}        root proportion * rest / 2
          dust                    {d.DustRao,20}        each part is rounded down

        """) + (d.NotMintedRao is { } root
        ? string.Create(CultureInfo.InvariantCulture, $"  not minted              {root,20}        root's part: it has none while the moving prices add up to at most 1\n")
        : "");

    /// <summary>What the computation starts from.</summary>
    private sealed record Figures(
        ulong Issuance, EmissionOutlook Outlook, PoolReserves Pool, ulong AlphaIssuance, ulong RootTao, ulong TaoWeight, ushort OwnerCut, bool OwnerCutEnabled);

    private static Option<ulong> Amount(string name, string description, ulong value) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => value,
    };
}

/// <summary>The answer of <c>subnet emission explain</c>: one block, one subnet. Alpha amounts are in its smallest units.</summary>
internal sealed record EmissionExplanationDocument(
    Amount BlockEmissionRao,
    Amount TaoRao,
    double Price,
    double RootProportion,
    Amount TaoInRao,
    Amount AlphaInRao,
    Amount ExcessTaoRao,
    Amount AlphaOutRao,
    Amount OwnerRao,
    Amount ServerRao,
    Amount ValidatorRao,
    Amount RootRao,
    Amount DustRao,
    Amount? NotMintedRao) : Document(FormatName)
{
    public const string FormatName = "subnet/emission-explain/1";
}
