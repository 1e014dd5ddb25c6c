using System.Security.Cryptography;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Numerics;
using Subnet.Core.State;

namespace Subnet.Core.Analysis;

/// <summary>What one validator's weight on a miner did.</summary>
/// <param name="Validator">The validator's uid.</param>
/// <param name="Hotkey">Its hotkey.</param>
/// <param name="SetBlock">Block in which it last set or committed weights.</param>
/// <param name="RawWeight">The weight as it stood on the ledger, of 65535.</param>
/// <param name="Mask">Why it does not count; none where it does.</param>
/// <param name="Normalised">Its part of the validator's weights that count.</param>
/// <param name="Clipped">What consensus left of it.</param>
/// <param name="StakeShare">The validator's part of the stake that decided.</param>
/// <param name="Contribution">Stake share times clipped weight: its part of the miner's rank.</param>
public sealed record WeightStep(
    int Validator,
    AccountId Hotkey,
    ulong SetBlock,
    ushort RawWeight,
    WeightMask Mask,
    I32F32 Normalised,
    I32F32 Clipped,
    I32F32 StakeShare,
    I32F32 Contribution);

/// <summary>What the ledger paid in the epoch's block.</summary>
/// <param name="Kind">As what.</param>
/// <param name="Amount">Alpha in smallest units: to the miner or owner itself, else to nominators.</param>
/// <param name="Take">Alpha that the hotkey's owner took first.</param>
public sealed record EmissionPayment(EventKind Kind, ulong Amount, ulong Take);

/// <summary>
/// Why a hotkey got what it got in one epoch: each weight on it, what consensus made of it, its incentive, and what was paid. Recomputed from what
/// the epoch read; <see cref="IsCommitted"/> says that the block commits to that record and to this result, so nobody need be believed.
/// </summary>
public sealed record EmissionTrace
{
    /// <summary>The epoch.</summary>
    public required EpochRecord Record { get; init; }

    /// <summary>The hotkey's uid.</summary>
    public required int Uid { get; init; }

    /// <summary>The hotkey.</summary>
    public required AccountId Hotkey { get; init; }

    /// <summary>The weights on it, by validator.</summary>
    public required IReadOnlyList<WeightStep> Weights { get; init; }

    /// <summary>What the epoch made of it.</summary>
    public required NeuronExplanation Outcome { get; init; }

    /// <summary>What the epoch's block paid it.</summary>
    public required IReadOnlyList<EmissionPayment> Payments { get; init; }

    /// <summary>
    /// Alpha that all validators of the block's epoch got together, takes and root's part among it. The epoch's own figures are floored shares of miners' and validators' emission together
    /// and say only in which proportion validators divide the pots that were set aside for them (<c>design/yuma.md</c> 3.13 and 8): what one is paid differs from its figure by a few units, and
    /// by all that its parents, or a pot of miners without emission, take or add.
    /// </summary>
    public required ulong PaidToValidators { get; init; }

    /// <summary>What the epoch's own figures of all validators, before that division, add up to.</summary>
    public required ulong EpochOfValidators { get; init; }

    /// <summary>Whether the block commits to the record and to the result that this was computed from.</summary>
    public required bool IsCommitted { get; init; }

    /// <summary>
    /// Whether it was paid as a miner what the epoch gave it, at least: other mechanisms pay in the same sum. What is withheld from the owner's own
    /// miner counts as paid.
    /// </summary>
    public bool IsPaidAsMiner => Outcome.ServerEmission <= Payments
        .Where(static p => p.Kind is EventKind.ServerEmission or EventKind.ServerEmissionWithheld)
        .Aggregate(0UL, static (sum, p) => sum + p.Amount);

    /// <summary>Traces one hotkey; null where it had no uid in the epoch.</summary>
    /// <param name="record">The epoch.</param>
    /// <param name="events">What happened in the block that ran it.</param>
    /// <param name="hotkey">The hotkey.</param>
    public static EmissionTrace? Of(EpochRecord record, IReadOnlyCollection<LedgerEvent> events, AccountId hotkey)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(events);
        if (record.UidOf(hotkey) is not { } uid)
        {
            return null;
        }

        EpochExplanation why = EpochExplanation.Of(record.Input, [.. record.Neurons.Select(static n => n.Take)]);
        AccountId read = new(SHA256.HashData(record.Encode())), decided = new(EpochDigest.Of(why.Result));
        return new EmissionTrace
        {
            Record = record,
            Uid = uid,
            Hotkey = hotkey,
            Weights = [.. WeightsOn(record, why, uid)],
            Outcome = why.Neurons[uid],
            Payments =
            [
                .. events.Where(e => e.Netuid == MechanismIndex.NetuidOf(record.Netuid) && e.Subject == hotkey && IsPayment(e.Kind))
                    .Select(static e => new EmissionPayment(e.Kind, e.Amount, IsOfValidators(e.Kind) ? e.Extra : 0)),
            ],
            PaidToValidators = events.Where(e => e.Netuid == MechanismIndex.NetuidOf(record.Netuid) && IsOfValidators(e.Kind))
                .Aggregate(0UL, static (sum, e) => checked(sum + e.Amount + e.Extra)),
            EpochOfValidators = checked((ulong)why.ValidatorEmission),
            IsCommitted = events.Any(e => e.Kind == EventKind.EpochRun && e.Netuid == record.Netuid && e.Amount == record.Index && e.Subject == read && e.Other == decided),
        };
    }

    private static IEnumerable<WeightStep> WeightsOn(EpochRecord record, EpochExplanation why, int uid)
    {
        for (int validator = 0; validator < record.Input.NeuronCount; validator++)
        {
            if (record.Input.Weights.ColumnsOf(validator).Contains((ushort)uid))
            {
                PairExplanation pair = why.PairsOf(validator).First(p => p.Miner == uid);
                yield return new WeightStep(
                    validator,
                    record.Neurons[validator].Hotkey,
                    record.Input.LastUpdate[validator],
                    pair.RawWeight ?? 0,
                    pair.Mask,
                    pair.Normalised,
                    pair.Clipped,
                    why.Neurons[validator].ActiveShare,
                    pair.Contribution);
            }
        }
    }

    private static bool IsOfValidators(EventKind kind) => kind is EventKind.ValidatorEmission or EventKind.RootEmission;

    private static bool IsPayment(EventKind kind) => IsOfValidators(kind) || kind is EventKind.ServerEmission or EventKind.ServerEmissionWithheld or EventKind.OwnerCut;
}
