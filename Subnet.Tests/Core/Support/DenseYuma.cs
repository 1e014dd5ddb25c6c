using Subnet.Core.Consensus;
using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Support;

/// <summary>
/// The epoch once more, on whole matrices and with plain loops: slow, and so short that one can see it is right. For sorted rows without
/// explicit zeros.
/// </summary>
internal sealed class DenseYuma
{
    private readonly EpochInput input;
    private readonly int n;

    public DenseYuma(EpochInput input)
    {
        this.input = input;
        n = input.NeuronCount;
        Run();
    }

    public I32F32[] Consensus { get; private set; } = [];

    public I32F32[] Incentive { get; private set; } = [];

    public I32F32[] Dividends { get; private set; } = [];

    public I32F32[] ValidatorTrust { get; private set; } = [];

    /// <summary>Bonds by (validator, miner) as stored, before permits are looked at.</summary>
    public ushort[,] Bonds { get; private set; } = new ushort[0, 0];

    private void Run()
    {
        EpochHyperparameters p = input.Hyperparameters;
        bool[] permit = [.. Enumerable.Range(0, n).Select(i => input.ValidatorPermit[i] || i == input.OwnerUid)];
        I32F32[] stake = Stake();
        I32F32[] a = Normalised([.. Enumerable.Range(0, n).Select(i =>
            input.LastUpdate[i] + input.ActivityCutoffBlocks >= input.CurrentBlock && permit[i] ? stake[i] : I32F32.Zero)]);
        I32F32[,] w = Weights(permit);
        Consensus = [.. Enumerable.Range(0, n).Select(j => Median(a, w, j, I32F32.FromRatio(p.Kappa, 65535)))];
        I32F32[,] clipped = Cells((i, j) => Min(w[i, j], Consensus[j]));
        ValidatorTrust = Rows(i => Sum(j => clipped[i, j]));
        Incentive = Normalised(Rows(j => Sum(i => a[i] * clipped[i, j])));
        I32F32 penalty = I32F32.FromRatio(p.BondsPenalty, 65535);
        I32F32[,] v = Cells((i, j) => w[i, j] + (penalty * (clipped[i, j] - w[i, j])));
        I32F32 rate = I32F32.One - I64F64.SafeDivide(I64F64.FromInteger(p.BondsMovingAverage), I64F64.FromInteger(1_000_000)).ToI32F32();
        if (p.Yuma3)
        {
            Yuma3(v, a, rate);
        }
        else
        {
            Original(v, a, rate);
        }
    }

    private void Original(I32F32[,] v, I32F32[] a, I32F32 rate)
    {
        I32F32[,] old = Columns(Cells((i, j) => I32F32.FromInteger(OldBond(i, j))));
        I32F32[,] delta = Columns(Cells((i, j) => v[i, j] * a[i]));
        I32F32[,] bonds = Columns(Cells((i, j) => (rate * delta[i, j]) + ((I32F32.One - rate) * old[i, j])));
        Dividends = Normalised(Rows(i => Sum(j => Incentive[j] * bonds[i, j])));
        I32F32[] largest = Rows(j => Enumerable.Range(0, n).Select(i => bonds[i, j]).Max());
        Bonds = Stored(Cells((i, j) => largest[j].Bits == 0 ? bonds[i, j] : I32F32.SafeDivide(bonds[i, j], largest[j])));
    }

    private void Yuma3(I32F32[,] v, I32F32[] a, I32F32 rate)
    {
        EpochHyperparameters p = input.Hyperparameters;
        bool liquid = p.LiquidAlpha && Consensus.Any(c => c.Bits != 0);
        LiquidAlpha rule = LiquidAlpha.FromStored(p.AlphaLow, p.AlphaHigh, p.AlphaSigmoidSteepness);
        I32F32[,] bonds = Cells((i, j) =>
        {
            I32F32 old = I32F32.FromRatio(OldBond(i, j), 65535);
            if (!liquid)
            {
                return (rate * v[i, j]) + ((I32F32.One - rate) * old);
            }

            // Without a weight the bond is lost.
            I32F32 alpha = rule.Rate(Consensus[j], v[i, j], old);
            return v[i, j].Bits == 0 ? I32F32.Zero : Min(((I32F32.One - alpha) * old) + (alpha * v[i, j]), I32F32.One);
        });
        I32F32[,] shares = Columns(bonds);
        Dividends = Normalised(Rows(i => a[i] * Sum(j => shares[i, j] * Incentive[j])));
        Bonds = Stored(bonds);
    }

    private I32F32[] Stake()
    {
        I64F64[] totals = [.. Enumerable.Range(0, n).Select(i =>
        {
            I64F64 total = StakeWeights.Total(input.AlphaStake[i], input.RootStake[i], input.TaoWeight);
            return total.FloorToUInt64() < input.StakeThreshold && i != input.OwnerUid ? I64F64.Zero : total;
        })];
        I64F64 sum = totals.Aggregate(I64F64.Zero, (s, t) => s + t);
        return [.. totals.Select(t => (sum == I64F64.Zero ? t : I64F64.SafeDivide(t, sum)).ToI32F32())];
    }

    private I32F32[,] Weights(bool[] permit)
    {
        I32F32[,] raw = Cells((i, j) =>
        {
            bool dropped = !permit[i]
                || (i == j && i != input.OwnerUid)
                || input.LastUpdate[i] <= input.BlockAtRegistration[j]
                || (input.CommitRevealEnabled && input.EarliestCommitBlock[i] < input.BlockAtRegistration[j]);
            return dropped ? I32F32.Zero : I32F32.FromInteger(input.Weights.ValueAt(i, j));
        });
        I32F32[] sums = Rows(i => Sum(j => raw[i, j]));
        return Cells((i, j) => I32F32.SafeDivide(raw[i, j], sums[i]));
    }

    private ushort OldBond(int i, int j)
    {
        ulong last = input.LastMechanismStepBlock == 0 ? input.CurrentBlock - input.Tempo : input.LastMechanismStepBlock + 1;
        return last <= input.BlockAtRegistration[j] ? (ushort)0 : input.Bonds.ValueAt(i, j);
    }

    /// <summary>The partition of the reference, step by step.</summary>
    private I32F32 Median(I32F32[] a, I32F32[,] w, int column, I32F32 kappa)
    {
        int[] validators = [.. Enumerable.Range(0, n).Where(i => a[i].Bits > 0)];
        I32F32[] s = Normalised([.. validators.Select(i => a[i])]);
        return ReferenceMedian.Of(s, [.. validators.Select(i => w[i, column])], s.Aggregate(I32F32.Zero, (t, x) => t + x) - kappa);
    }

    private I32F32[,] Columns(I32F32[,] cells)
    {
        I32F32[] sums = Rows(j => Sum(i => cells[i, j]));
        return Cells((i, j) => sums[j].Bits == 0 ? cells[i, j] : I32F32.SafeDivide(cells[i, j], sums[j]));
    }

    private ushort[,] Stored(I32F32[,] cells)
    {
        ushort[,] stored = new ushort[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                stored[i, j] = cells[i, j].ToStoredFraction();
            }
        }

        return stored;
    }

    private I32F32[,] Cells(Func<int, int, I32F32> cell)
    {
        I32F32[,] cells = new I32F32[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                cells[i, j] = cell(i, j);
            }
        }

        return cells;
    }

    private I32F32[] Rows(Func<int, I32F32> row) => [.. Enumerable.Range(0, n).Select(row)];

    private I32F32 Sum(Func<int, I32F32> term) => Enumerable.Range(0, n).Aggregate(I32F32.Zero, (sum, k) => sum + term(k));

    private static I32F32[] Normalised(I32F32[] values)
    {
        I32F32 sum = values.Aggregate(I32F32.Zero, (s, v) => s + v);
        return sum.Bits == 0 ? values : [.. values.Select(v => I32F32.SafeDivide(v, sum))];
    }

    private static I32F32 Min(I32F32 left, I32F32 right) => left < right ? left : right;
}
