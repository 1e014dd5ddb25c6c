using Subnet.Core.Emission;
using Subnet.Core.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>One epoch of a validator, as a delegator looks at it.</summary>
/// <param name="Stake">Stake weight, in smallest units.</param>
/// <param name="Dividend">Validator emission, in smallest units.</param>
/// <param name="ValidatorTrust">What consensus left of its weights.</param>
/// <param name="Agreement">See <see cref="EpochExplanation.AgreementOf"/>.</param>
/// <param name="Take">What it took of the dividend in that epoch, a fraction of 65535.</param>
public readonly record struct ValidatorEpoch(ulong Stake, ulong Dividend, I32F32 ValidatorTrust, double Agreement, ushort Take)
{
    /// <summary>The epoch of one validator.</summary>
    public static ValidatorEpoch Of(EpochExplanation epoch, int uid, ushort take)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        NeuronExplanation neuron = epoch.Neurons[uid];
        return new(neuron.Stake, neuron.ValidatorEmission, neuron.ValidatorTrust, epoch.AgreementOf(uid), take);
    }
}

/// <summary>A validator over a window of epochs.</summary>
/// <param name="Hotkey">Its name.</param>
/// <param name="Take">What it takes now, a fraction of 65535.</param>
/// <param name="Epochs">The window, oldest first.</param>
/// <param name="MissedReveals">Commits of the window that expired unrevealed.</param>
public sealed record ValidatorHistory(string Hotkey, ushort Take, IReadOnlyList<ValidatorEpoch> Epochs, int MissedReveals);

/// <summary>What a delegator can compare. Means are over the window.</summary>
/// <param name="Hotkey">The validator.</param>
/// <param name="Take">What it takes now, a fraction of 65535.</param>
/// <param name="Window">Number of epochs.</param>
/// <param name="MeanValidatorTrust">0 to 1.</param>
/// <param name="MeanAgreement">0 to 1.</param>
/// <param name="MissedReveals">Commits that expired unrevealed.</param>
/// <param name="ReturnAfterTake">Per epoch and unit of stake; see <see cref="ValidatorComparison.ReturnFormula"/>.</param>
public sealed record ValidatorStanding(
    string Hotkey, ushort Take, int Window, double MeanValidatorTrust, double MeanAgreement, int MissedReveals, double ReturnAfterTake);

/// <summary>Compares validators for somebody who wants to delegate.</summary>
public static class ValidatorComparison
{
    /// <summary>How <see cref="ValidatorStanding.ReturnAfterTake"/> is computed, for people.</summary>
    public const string ReturnFormula =
        "mean over the epochs of the window of floor(dividend * (1 - take of that epoch)) / stake weight; the validator's own stake counts as delegated";

    /// <summary>The validators, best return first, then by name.</summary>
    public static IReadOnlyList<ValidatorStanding> Rank(IEnumerable<ValidatorHistory> validators)
    {
        ArgumentNullException.ThrowIfNull(validators);
        return [.. validators.Select(Stand).OrderByDescending(s => s.ReturnAfterTake).ThenBy(s => s.Hotkey, StringComparer.Ordinal)];
    }

    private static ValidatorStanding Stand(ValidatorHistory history) => new(
        history.Hotkey,
        history.Take,
        history.Epochs.Count,
        Mean(history.Epochs, e => e.ValidatorTrust.ToDouble()),
        Mean(history.Epochs, e => e.Agreement),
        history.MissedReveals,
        Mean(history.Epochs, ReturnOf));

    private static double ReturnOf(ValidatorEpoch epoch) =>
        epoch.Stake == 0 ? 0 : DelegateTake.Split(U96F32.FromInteger(epoch.Dividend), epoch.Take).Rest / (double)epoch.Stake;

    private static double Mean(IReadOnlyList<ValidatorEpoch> epochs, Func<ValidatorEpoch, double> value) =>
        epochs.Count == 0 ? 0 : epochs.Average(value);
}
