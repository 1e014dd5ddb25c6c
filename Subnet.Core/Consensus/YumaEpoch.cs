using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// Yuma consensus: turns validators' weights into shares of a subnet's emission. A pure function, in the order and with the names of
/// the reference's <c>run_epoch</c>, whose sparse form it reproduces to the bit (<c>design/yuma.md</c> 3).
/// </summary>
/// <remarks>Thread-safe: nothing is shared between two runs.</remarks>
public static class YumaEpoch
{
    /// <summary>Runs one epoch.</summary>
    /// <exception cref="ArgumentException">The input does not describe a subnet.</exception>
    public static EpochResult Run(EpochInput input) => Run(input, null);

    /// <summary>Runs one epoch and keeps its intermediate matrices.</summary>
    internal static EpochResult Run(EpochInput input, EpochTrace? trace)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Validate();
        int n = input.NeuronCount;
        EpochHyperparameters parameters = input.Hyperparameters;

        // == Active & updated ==
        bool[] active = Active(input);

        // == Stake ==
        ulong[] stakeFloor = new ulong[n];
        I32F32[] stake = Stake(input, stakeFloor);

        // == Validator permits ==
        bool[] oldPermits = [.. input.ValidatorPermit];
        bool[] newPermits = ValidatorPermits.TopNonzero(stake, parameters.MaxAllowedValidators);
        if (input.OwnerUid is { } owner)
        {
            oldPermits[owner] = true;
            newPermits[owner] = true;
        }

        // == Active stake ==
        I32F32[] activeStake = new I32F32[n];
        for (int i = 0; i < n; i++)
        {
            activeStake[i] = active[i] && oldPermits[i] ? stake[i] : I32F32.Zero;
        }

        SparseAlgebra.NormaliseInPlace(activeStake);

        // == Weights ==
        SparseMatrix weights = WeightMasks.Apply(input, oldPermits);

        // == Consensus & validator trust ==
        I32F32 kappa = I32F32.FromRatio(parameters.Kappa, ushort.MaxValue);
        I32F32[] consensus = StakeWeightedMedian.OfColumns(activeStake, weights, kappa);
        SparseMatrix clipped = Clipping.Apply(weights, consensus);
        I32F32[] validatorTrust = SparseAlgebra.RowSums(clipped);

        // == Ranks & incentive ==
        I32F32[] preranks = SparseAlgebra.WeightedColumnSums(activeStake, weights); // p_j = SUM(i) a_i * w_ij
        I32F32[] ranks = SparseAlgebra.WeightedColumnSums(activeStake, clipped); // r_j = SUM(i) a_i * clipped_ij
        I32F32[] trust = new I32F32[n];
        for (int j = 0; j < n; j++)
        {
            trust[j] = I32F32.SafeDivide(ranks[j], preranks[j]); // t_j = r_j / p_j
        }

        I32F32[] incentive = [.. ranks];
        SparseAlgebra.NormaliseInPlace(incentive);

        // == Bonds & dividends ==
        SparseMatrix bondWeights = Clipping.BondWeights(weights, clipped, parameters.BondsPenalty);
        I32F32 rate = BondRate(parameters.BondsMovingAverage);
        if (trace is not null)
        {
            trace.OldPermits = oldPermits;
            trace.Weights = weights;
            trace.Clipped = clipped;
            trace.BondWeights = bondWeights;
            trace.FixedRate = rate;
        }

        (SparseMatrix bonds, I32F32[] dividends) = parameters.Yuma3
            ? Yuma3Bonds.Compute(input, bondWeights, consensus, activeStake, incentive, rate, trace)
            : OriginalBonds.Compute(input, bondWeights, activeStake, incentive, rate, trace);

        // == Emission & pruning ==
        EpochEmission emission = EpochEmission.Compute(input.Emission, incentive, dividends, activeStake, stake);

        // == Value storage ==
        return new EpochResult
        {
            Active = Own(active),
            ValidatorPermit = Own(newPermits),
            Stake = Own(stakeFloor),
            StakeWeight = Stored(stake),
            Consensus = Stored(consensus),
            Incentive = Stored(incentive),
            Dividends = Stored(dividends),
            ValidatorTrust = Stored(validatorTrust),
            ServerEmission = emission.Server,
            ValidatorEmission = emission.Validator,
            Emission = emission.Combined,
            Bonds = StoredBonds(bonds, newPermits),
            Numbers = new EpochNumbers
            {
                Stake = Own(stake),
                ActiveStake = Own(activeStake),
                Consensus = Own(consensus),
                ValidatorTrust = Own(validatorTrust),
                Prerank = Own(preranks),
                Rank = Own(ranks),
                Trust = Own(trust),
                Incentive = Own(incentive),
                Dividends = Own(dividends),
            },
        };
    }

    /// <summary>The rate at which bonds move where liquid alpha does not decide: 1 less the moving average.</summary>
    internal static I32F32 BondRate(uint bondsMovingAverage) =>
        I32F32.One - I64F64.SafeDivide(I64F64.FromInteger(bondsMovingAverage), I64F64.FromInteger(1_000_000)).ToI32F32();

    private static bool[] Active(EpochInput input)
    {
        bool[] active = new bool[input.NeuronCount];
        for (int i = 0; i < active.Length; i++)
        {
            // Inactive where the cutoff has passed; an update so late that the sum overflows is active for ever.
            ulong last = input.LastUpdate[i] + input.ActivityCutoffBlocks;
            active[i] = last < input.ActivityCutoffBlocks || last >= input.CurrentBlock;
        }

        return active;
    }

    private static I32F32[] Stake(EpochInput input, Span<ulong> floors)
    {
        I64F64 weight = StakeWeights.Weight(input.TaoWeight);
        I64F64[] totals = new I64F64[input.NeuronCount];
        Int128 sum = 0;
        for (int i = 0; i < totals.Length; i++)
        {
            I64F64 total = StakeWeights.Total(input.AlphaStake[i], input.RootStake[i], weight);
            floors[i] = total.FloorToUInt64();
            if (floors[i] >= input.StakeThreshold || i == input.OwnerUid)
            {
                totals[i] = total;

                // A sum does not saturate; no subnet has stake enough for the difference.
                sum = unchecked(sum + total.Bits);
            }
        }

        I32F32[] stake = new I32F32[totals.Length];
        for (int i = 0; i < stake.Length; i++)
        {
            stake[i] = (sum == 0 ? totals[i] : I64F64.SafeDivide(totals[i], new(sum))).ToI32F32();
        }

        return stake;
    }

    private static StoredRows StoredBonds(SparseMatrix bonds, ReadOnlySpan<bool> permits)
    {
        int[] starts = new int[bonds.RowCount + 1];
        for (int row = 0; row < bonds.RowCount; row++)
        {
            starts[row + 1] = starts[row] + (permits[row] ? bonds.ColumnsOf(row).Length : 0);
        }

        ushort[] columns = new ushort[starts[^1]];
        ushort[] values = new ushort[starts[^1]];
        for (int row = 0; row < bonds.RowCount; row++)
        {
            if (permits[row])
            {
                bonds.ColumnsOf(row).CopyTo(columns.AsSpan(starts[row]));
                ReadOnlySpan<I32F32> rowValues = bonds.ValuesOf(row);
                Span<ushort> target = values.AsSpan(starts[row], rowValues.Length);
                for (int k = 0; k < target.Length; k++)
                {
                    target[k] = rowValues[k].ToStoredFraction();
                }
            }
        }

        return new(starts, columns, values);
    }

    private static ImmutableArray<ushort> Stored(ReadOnlySpan<I32F32> values)
    {
        ushort[] stored = new ushort[values.Length];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = values[i].ToStoredFraction();
        }

        return Own(stored);
    }

    private static ImmutableArray<T> Own<T>(T[] array) => ImmutableCollectionsMarshal.AsImmutableArray(array);
}
