using System.Globalization;
using System.Text;
using Subnet.Core.Analysis;
using Subnet.Core.State;
using Subnet.Health.Cli.Output;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// The answer of <c>subnet emission explain --hotkey</c>: from each validator's weight to what was paid. Shares are 0 to 1, amounts alpha in its smallest unit. A validator's emission is what
/// it has of the epoch's figures for all validators; it is paid in that proportion of what all were paid.
/// </summary>
internal sealed record EmissionTraceDocument(
    ushort Netuid,
    Amount Epoch,
    Amount Height,
    byte[] Block,
    bool Committed,
    int Uid,
    string Hotkey,
    IReadOnlyList<EmissionWeightItem> Weights,
    double Consensus,
    double Rank,
    double Incentive,
    double ValidatorTrust,
    double Dividends,
    Amount ServerEmissionAlpha,
    Amount ValidatorEmissionAlpha,
    Amount AllValidatorsEmissionAlpha,
    Amount AllValidatorsPaidAlpha,
    IReadOnlyList<EmissionPaymentItem> Payments,
    bool PaidAsMiner) : Document(FormatName)
{
    public const string FormatName = "subnet/emission-trace/1";

    public static EmissionTraceDocument Of(TracedEmission traced)
    {
        EmissionTrace trace = traced.Trace;
        NeuronExplanation outcome = trace.Outcome;
        return new EmissionTraceDocument(
            trace.Record.Netuid,
            trace.Record.Index,
            trace.Record.Height,
            traced.Block.Id.ToArray(),
            trace.IsCommitted,
            trace.Uid,
            LedgerText.Address(trace.Hotkey),
            [.. trace.Weights.Select(step => EmissionWeightItem.Of(step, traced.Sources.GetValueOrDefault(step.Validator)))],
            outcome.Consensus.ToDouble(),
            outcome.Rank.ToDouble(),
            outcome.Incentive.ToDouble(),
            outcome.ValidatorTrust.ToDouble(),
            outcome.Dividends.ToDouble(),
            outcome.ServerEmission,
            outcome.ValidatorEmission,
            trace.EpochOfValidators,
            trace.PaidToValidators,
            [.. trace.Payments.Select(static p => new EmissionPaymentItem(p.Kind, p.Amount, p.Take))],
            trace.IsPaidAsMiner);
    }

    /// <summary>For people.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"subnet {Netuid}, epoch {Epoch}, block {Height}: uid {Uid}, {Hotkey}");
        Line($"{(Committed ? "run again here, the epoch gives what its block commits to" : "NOT what the block commits to: neither this record nor its result is proven")}");
        foreach (EmissionWeightItem w in Weights)
        {
            string source = w.Transaction is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {(w.Revealed == true ? "revealed" : "set")} in block {w.TransactionHeight} by {Convert.ToHexStringLower(w.Transaction)}");
            Line($"weight {w.RawWeight} of validator {w.Validator} ({w.Hotkey}){source}");
            Line($"  {(w.Mask == WeightMask.None ? $"= {w.Normalised.ToString("F6", CultureInfo.InvariantCulture)}" : $"does not count: {w.Mask}")}, clipped to {w.Clipped:F6}, times stake {w.StakeShare:F6} adds {w.Contribution:F6}");
        }

        Line($"consensus {Consensus:F6}, rank {Rank:F6}, incentive {Incentive:F6}: {ServerEmissionAlpha} as a miner");
        Line($"trust {ValidatorTrust:F6}, dividends {Dividends:F6}: {ValidatorEmissionAlpha} as a validator");
        foreach (EmissionPaymentItem p in Payments)
        {
            Line($"paid: {p.Kind} {p.AmountAlpha}{(p.TakeAlpha.Value > 0 ? $", take {p.TakeAlpha}" : "")}");
        }

        if (ValidatorEmissionAlpha.Value > 0)
        {
            Line($"all validators: {AllValidatorsEmissionAlpha} by the epoch's figures, paid {AllValidatorsPaidAlpha}: their pot is divided in proportion to the figures, so a payment can be some units off its figure");
        }

        return text.ToString();
    }
}

/// <summary>One validator's weight on the hotkey, and the transaction that put it there where it was found.</summary>
internal sealed record EmissionWeightItem(
    int Validator,
    string Hotkey,
    Amount SetBlock,
    int RawWeight,
    WeightMask Mask,
    double Normalised,
    double Clipped,
    double StakeShare,
    double Contribution,
    byte[]? Transaction,
    Amount? TransactionHeight,
    bool? Revealed)
{
    public static EmissionWeightItem Of(WeightStep step, WeightSource? source) => new(
        step.Validator,
        LedgerText.Address(step.Hotkey),
        step.SetBlock,
        step.RawWeight,
        step.Mask,
        step.Normalised.ToDouble(),
        step.Clipped.ToDouble(),
        step.StakeShare.ToDouble(),
        step.Contribution.ToDouble(),
        source?.Transaction.ToArray(),
        source is null ? null : source.Height,
        source?.IsReveal);
}

/// <summary>What the epoch's block paid, in alpha's smallest unit.</summary>
internal sealed record EmissionPaymentItem(EventKind Kind, Amount AmountAlpha, Amount TakeAlpha);
