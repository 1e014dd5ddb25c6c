using System.Collections.Immutable;
using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>What an attack was worth. Amounts in smallest units, over all epochs.</summary>
/// <param name="Name">The adversary.</param>
/// <param name="Description">What it does.</param>
/// <param name="Epochs">How many epochs were run.</param>
/// <param name="FairEmission">What its neurons earn if they play fair.</param>
/// <param name="AttackEmission">What they earn if they attack.</param>
/// <param name="AttackByEpoch">The latter, epoch by epoch.</param>
public sealed record AdversaryReport(
    string Name, string Description, int Epochs, UInt128 FairEmission, UInt128 AttackEmission, IReadOnlyList<UInt128> AttackByEpoch)
{
    /// <summary>Whether attacking earns more than playing fair.</summary>
    public bool Pays => AttackEmission > FairEmission;
}

/// <summary>
/// Runs adversaries against a subnet's own settings: successive epochs from a stored one, in which the honest validators keep their
/// opinions up to a common drift, once with the adversary playing fair and once attacking.
/// </summary>
public static class AdversarySimulation
{
    /// <summary>Epochs after which a miner's quality is back where it was.</summary>
    private const int DriftPeriod = 12;

    /// <summary>Each adversary of the library, aimed at the neurons of this epoch that suit it best.</summary>
    /// <param name="input">A stored epoch.</param>
    /// <param name="cabalShare">The cabal's part of all stake weight, in millionths.</param>
    /// <exception cref="ArgumentException">The epoch has fewer than two validators with stake or no miner beside them.</exception>
    public static IReadOnlyList<Adversary> Library(EpochInput input, int cabalShare)
    {
        EpochResult result = YumaEpoch.Run(input);
        int[] validators =
            [.. Enumerable.Range(0, input.NeuronCount).Where(u => result.Numbers.ActiveStake[u].Bits > 0).OrderByDescending(u => result.Stake[u])];
        int[] miners = [.. Enumerable.Range(0, input.NeuronCount).Except(validators).OrderByDescending(u => result.Incentive[u])];
        if (validators.Length < 2 || miners.Length < 2)
        {
            throw new ArgumentException("Adversaries need an epoch with two active validators and two miners.");
        }

        // The middling validator is the typical one; the best miner is the one worth sniping, the worst the one a cabal would own.
        int validator = validators[validators.Length / 2];
        int[] members = [.. validators.Skip(validators.Length - Math.Max(1, validators.Length / 3))];
        return
        [
            new WeightCopier(validator, 1),
            new Sniper(miners[0]),
            new Cabal(members, miners[^1], cabalShare),
            new StaleValidator(validator),
            new SelfVoter(validator),
        ];
    }

    /// <summary>Runs one adversary.</summary>
    /// <param name="settings">A stored epoch: the subnet's neurons, stakes, weights and hyperparameters.</param>
    /// <param name="adversary">The adversary.</param>
    /// <param name="epochs">At least 1.</param>
    public static AdversaryReport Run(EpochInput settings, Adversary adversary, int epochs)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(adversary);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        IReadOnlyList<UInt128> fair = Play(adversary.Prepare(settings), adversary.Uids, adversary.PlayFair, epochs);
        IReadOnlyList<UInt128> attack = Play(adversary.Prepare(settings), adversary.Uids, adversary.Attack, epochs);
        return new(adversary.Name, adversary.Description, epochs, Sum(fair), Sum(attack), attack);
    }

    private static List<UInt128> Play(
        EpochInput start, IReadOnlyList<int> uids, Func<EpochInput, AdversaryView, EpochInput> play, int epochs)
    {
        List<EpochResult> past = [];
        List<UInt128> earned = [];
        EpochInput state = start;
        ulong step = Math.Max(1, start.Tempo);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            EpochInput honest = state with
            {
                Weights = Drifted(start.Weights, epoch),
                LastUpdate = Refreshed(start, state.CurrentBlock),
            };
            EpochResult result = YumaEpoch.Run(play(honest, new(epoch, past)));
            past.Add(result);
            earned.Add(uids.Distinct().Aggregate(UInt128.Zero, (sum, uid) => sum + result.Emission[uid]));
            state = state with
            {
                Bonds = result.Bonds,
                ValidatorPermit = result.ValidatorPermit,
                LastMechanismStepBlock = state.CurrentBlock,
                CurrentBlock = state.CurrentBlock + step,
            };
        }

        return earned;
    }

    /// <summary>Validators that were active keep updating, one block before each epoch; the others stay as they are.</summary>
    private static ImmutableArray<ulong> Refreshed(EpochInput start, ulong block) =>
        [.. start.LastUpdate.Select(last => last + start.ActivityCutoffBlocks >= start.CurrentBlock ? Math.Max(last, block - 1) : last)];

    /// <summary>Every validator sees the quality of a miner rise and fall alike, each miner at its own phase.</summary>
    private static StoredRows Drifted(StoredRows rows, int epoch)
    {
        StoredRow[] drifted = new StoredRow[rows.RowCount];
        for (int row = 0; row < drifted.Length; row++)
        {
            StoredRow source = rows[row];
            ushort[] values = source.Values.ToArray();
            for (int k = 0; k < values.Length; k++)
            {
                int phase = (epoch + (5 * source.Columns.Span[k])) % DriftPeriod;
                int height = DriftPeriod + Math.Abs(phase - (DriftPeriod / 2));
                values[k] = (ushort)((uint)values[k] * (uint)height / (DriftPeriod + (DriftPeriod / 2)));
            }

            drifted[row] = source with { Values = values };
        }

        return new(drifted);
    }

    private static UInt128 Sum(IEnumerable<UInt128> amounts) => amounts.Aggregate(UInt128.Zero, (sum, a) => sum + a);
}
