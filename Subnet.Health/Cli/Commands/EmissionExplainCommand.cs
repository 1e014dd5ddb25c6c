using System.CommandLine;
using System.Globalization;
using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet emission explain</c>: where one block's emission to one subnet goes, step by step.</summary>
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

    public EmissionExplainCommand()
        : base(
            "explain",
            "Show where one block's emission to one subnet goes, step by step, with every rounding.",
            new CommandExample("emission explain"),
            new CommandExample("emission explain --share 0.02 --issuance 9000000000000000 --tao-reserve 25000000000000 --alpha-reserve 1100000000000000"))
    {
        foreach (Option option in new Option[] { issuance, share, taoReserve, alphaReserve, alphaIssuance, rootTao, taoWeight, ownerCut })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(EmissionExplanationDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        double part = context.Get(share);
        if (part is not (>= 0 and <= 1))
        {
            throw new CommandException(ErrorCodes.Usage, "--share is not a fraction from 0 to 1.", "Give a fraction such as 0.02.");
        }

        ulong block = BlockEmission.AtIssuance(context.Get(issuance));
        U96F32 tao = EmissionShares.TaoEmission(U64F64.FromDouble(part), block);
        U64F64 price = PoolPrice.Spot(context.Get(taoReserve), context.Get(alphaReserve), PoolReserves.EqualWeight);
        ulong alphas = context.Get(alphaIssuance), root = context.Get(rootTao), weight = context.Get(taoWeight);
        U96F32 proportion = TaoWeight.RootProportion(root, alphas, weight);
        SubnetInjection terms = SubnetInjection.Compute(tao, price, alphas, root, weight);
        AlphaSplit split = AlphaSplit.Compute(terms.AlphaOut, context.Get(ownerCut), ownerCutEnabled: true, proportion);
        ulong alphaOut = terms.AlphaOut.FloorToUInt64();
        EmissionExplanationDocument document = new(
            block,
            tao.FloorToUInt64(),
            price.ToDouble(),
            proportion.ToDouble(),
            terms.TaoIn.FloorToUInt64(),
            terms.AlphaIn.FloorToUInt64(),
            terms.ExcessTao.FloorToUInt64(),
            alphaOut,
            split.Owner,
            split.Server,
            split.Validator,
            split.Root,
            alphaOut - split.Owner - split.Server - split.Validator - split.Root);
        context.Output.Document(document, _ => context.Output.Raw(Text(document)));
        return Task.FromResult(ExitCode.Done);
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

        """);

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
    Amount DustRao) : Document(FormatName)
{
    public const string FormatName = "subnet/emission-explain/1";
}
