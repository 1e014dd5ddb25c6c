using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Health.Cli.Output;
using Subnet.Health.Conformance.Yuma;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet epoch run CASE</c>: runs one epoch of the consensus and, if asked, explains it.</summary>
internal sealed class EpochRunCommand : EpochCommand
{
    private readonly Option<bool> explain = new("--explain") { Description = "Say why: per neuron and per pair of validator and miner." };

    private readonly Option<int[]> validators = new("--validator")
    {
        Description = "Explain the pairs of these validators only; may be repeated.",
        HelpName = "UID",
    };

    public EpochRunCommand()
        : base(
            "run",
            "Run one epoch of the consensus; compares with the expected result where the case has one.",
            new CommandExample($"epoch run {Sample} --explain"),
            new CommandExample($"epoch run {Sample} --explain --validator 0"),
            new CommandExample("epoch run --netuid 1 --explain", "a ledger with stored epochs"),
            new CommandExample("epoch run CASE.json --json", "a case in the form of the consensus vectors; the answer has that form too"))
    {
        Options.Add(explain);
        Options.Add(validators);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(EpochExplanationDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ChosenEpoch one = await ReadAsync(context, cancellationToken).ConfigureAwait(false);
        int[] chosen = Uids(context.Get(validators) ?? [], one.Input.NeuronCount, "--validator");
        EpochExplanation why = EpochExplanation.Of(one.Input, one.Takes);
        if (context.Get(explain))
        {
            EpochExplanationDocument document = Explain(one, why, chosen);
            context.Output.Document(document, console => Render(console, document));
        }
        else if (context.Output.IsJson)
        {
            context.Output.Raw(Vectors(one, why.Result).ToJsonString(JsonText.Indented) + "\n");
        }
        else
        {
            Table(context.Output, why);
        }

        return Compare(context, one, why.Result);
    }

    /// <summary>A file of vectors with this one case, for <c>subnet conformance yuma</c> to replay.</summary>
    private static JsonObject Vectors(ChosenEpoch one, EpochResult result) => new()
    {
        ["format"] = YumaConformance.Format,
        ["kind"] = "epoch",
        ["source"] = "subnet epoch run",
        ["cases"] = new JsonArray(new JsonObject
        {
            ["name"] = one.Name,
            ["input"] = EpochInputNodes.Write(one.Input),
            ["expect"] = EpochResultNodes.Write(result),
        }),
    };

    private static ExitCode Compare(CommandContext context, ChosenEpoch one, EpochResult result)
    {
        if (one.Expected is not { } expected)
        {
            return ExitCode.Done;
        }

        if (EpochExpectation.Check("expect", expected, result) is { } difference)
        {
            context.Output.Say($"The result differs from the expected one: {difference.Expected}, but it is {difference.Actual}.");
            return ExitCode.No;
        }

        context.Output.Say("The result is the expected one.");
        return ExitCode.Done;
    }

    private static EpochExplanationDocument Explain(ChosenEpoch one, EpochExplanation why, int[] chosen)
    {
        IEnumerable<int> rows = chosen.Length > 0 ? chosen : Enumerable.Range(0, one.Input.NeuronCount);
        return new(
            one.Name,
            EpochDigest.Of(why.Input),
            EpochDigest.Of(why.Result),
            one.Input.Emission,
            new Amount((Int128)why.ServerEmission),
            new Amount((Int128)why.ValidatorEmission),
            why.WithheldFromOwner,
            new Amount((Int128)why.Dust),
            why.PaidByStake,
            [.. EpochInvariants.Check(why.Input, why.Result).Select(EpochInvariantItem.Of)],
            [.. why.Neurons.Select(EpochNeuronItem.Of)],
            [.. rows.SelectMany(why.PairsOf).Select(EpochPairItem.Of)]);
    }

    private static void Table(CommandOutput output, EpochExplanation why)
    {
        output.Raw("uid   active permit    stake consensus incentive dividends  vtrust              emission\n");
        foreach (NeuronExplanation n in why.Neurons)
        {
            output.Raw(string.Create(
                CultureInfo.InvariantCulture,
                $"{n.Uid,-5} {Word(n.Active),-6} {Word(n.HasPermit),-6} {n.StakeShare.ToDouble(),8:F5} {n.Consensus.ToDouble(),9:F5} {n.Incentive.ToDouble(),9:F5} {n.Dividends.ToDouble(),9:F5} {n.ValidatorTrust.ToDouble(),7:F5} {n.Emission,21}\n"));
        }

        output.Raw(string.Create(
            CultureInfo.InvariantCulture,
            $"emission {why.Input.Emission}: miners {why.ServerEmission}, validators {why.ValidatorEmission}, dust {why.Dust}\n"));
        output.Raw($"input  {Convert.ToHexStringLower(EpochDigest.Of(why.Input))}\nresult {Convert.ToHexStringLower(EpochDigest.Of(why.Result))}\n");
    }

    private static void Render(IAnsiConsole console, EpochExplanationDocument document)
    {
        void Line(FormattableString text) => console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"{document.Name}: emission {document.EmissionRao}, miners {document.ServerEmissionRao}, validators {document.ValidatorEmissionRao}, dust {document.DustRao}");
        if (document.WithheldFromOwnerRao.Value > 0)
        {
            Line($"withheld from the owner's own uid as a miner: {document.WithheldFromOwnerRao}");
        }

        if (document.PaidByStake)
        {
            Line($"nobody earned anything: validators are paid by stake");
        }

        foreach (EpochInvariantItem broken in document.Invariants.Where(i => !i.Holds))
        {
            Line($"BROKEN: {broken.Name} ({broken.Detail})");
        }

        foreach (EpochNeuronItem n in document.Neurons)
        {
            Line($"uid {n.Uid}: {(n.Active ? "active" : "inactive")}, permit {Word(n.HadPermit)} -> {Word(n.HasPermit)}{Distance(n)}, stake {n.StakeRao}{(n.BelowThreshold ? " (below the threshold)" : "")} = {n.StakeShare:P3}, deciding {n.ActiveShare:P3}");
            if (n.Prerank > 0)
            {
                Line($"  as a miner: consensus {n.Consensus:F6}, rank {n.Rank:F6} of {n.Prerank:F6} before clipping, incentive {n.Incentive:P3}, emission {n.ServerEmissionRao}");
            }

            if (n.HadPermit || n.ValidatorEmissionRao.Value > 0)
            {
                Line($"  as a validator: trust {n.ValidatorTrust:F6}, dividends {n.Dividends:P3}, emission {n.ValidatorEmissionRao} (take {n.TakeRao}, nominators {n.ToNominatorsRao})");
            }

            Line($"  pruning: place {n.PruningPlace}, {n.PruningDistanceRao} above the first");
            foreach (EpochPairItem p in document.Pairs.Where(p => p.Validator == n.Uid))
            {
                Line($"  {p.Validator} -> {p.Miner}: {Story(p)}");
            }
        }
    }

    private static string Distance(EpochNeuronItem neuron) => neuron.PermitDistanceRao is not { } distance ? ""
        : distance.Value >= 0 ? $" ({distance} above the first without)"
        : $" ({new Amount(-distance.Value)} below the last with)";

    private static string Story(EpochPairItem p)
    {
        string weight = p.RawWeight is not { } raw ? "no weight"
            : p.Mask != WeightMask.None ? $"weight {raw} does not count ({Reason(p.Mask)})"
            : Invariant($"weight {raw} = {p.Normalised:F6}");
        string clip = p.RawWeightWithinConsensus is { } within
            ? Invariant($", clipped to {p.Clipped:F6} (up to {within} would have stood)")
            : "";
        string bond = Invariant($"; bond {p.BondBefore}{(p.BondOutdated ? " of a former miner, dropped" : "")} -> {p.BondAfter} at rate {p.Rate:F4}");
        string dividend = p.DividendRao.Value > 0 ? Invariant($"; share {p.BondShare:F6} pays {p.DividendRao}") : "";
        return weight + clip + bond + dividend;
    }

    private static string Reason(WeightMask mask) => mask switch
    {
        WeightMask.NoPermit => "no permit",
        WeightMask.SelfWeight => "on itself",
        WeightMask.MinerNewerThanWeights => "the miner registered after it was set",
        WeightMask.MinerNewerThanCommit => "the miner registered after it was committed",
        _ => "counts",
    };

    private static string Word(bool value) => value ? "yes" : "no";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
