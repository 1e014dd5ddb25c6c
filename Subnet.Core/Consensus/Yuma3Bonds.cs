using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The Yuma3 bond scheme (<c>design/yuma.md</c> 3.11b): bonds follow the weights themselves; stake enters with the dividends.
/// </summary>
internal static class Yuma3Bonds
{
    public static BondOutcome Compute(
        EpochInput input,
        SparseMatrix bondWeights,
        ReadOnlySpan<I32F32> consensus,
        ReadOnlySpan<I32F32> activeStake,
        ReadOnlySpan<I32F32> incentive,
        I32F32 rate,
        EpochTrace? trace)
    {
        EpochHyperparameters parameters = input.Hyperparameters;
        SparseMatrix old = OldBonds.AsFractions(input);

        SparseMatrix bonds;
        if (parameters.LiquidAlpha && consensus.ContainsAnyExcept(I32F32.Zero))
        {
            LiquidAlpha rule = LiquidAlpha.FromStored(parameters.AlphaLow, parameters.AlphaHigh, parameters.AlphaSigmoidSteepness);
            I32F32[] rates = LiquidBonds.Rates(bondWeights, old, consensus, rule);
            trace?.Rates = rates;
            bonds = LiquidBonds.MovingAverage(bondWeights, old, rates);
        }
        else
        {
            bonds = SparseAlgebra.MovingAverage(bondWeights, old, rate);
        }

        // d_i = a_i * SUM(j) i_j * B_ij with bonds as shares of each miner.
        I32F32[] columnSums = SparseAlgebra.ColumnSums(bonds);
        I32F32[] dividends = SparseAlgebra.WeightedRowSumsOfShares(bonds, columnSums, incentive);
        for (int i = 0; i < dividends.Length; i++)
        {
            dividends[i] *= activeStake[i];
        }

        SparseAlgebra.NormaliseInPlace(dividends);

        if (trace is not null)
        {
            trace.OldBonds = old;
            trace.BondTargets = bondWeights;
            trace.NewBonds = bonds;
            trace.BondShares = bonds.Copy();
            SparseAlgebra.NormaliseColumnsInPlace(trace.BondShares, columnSums);
        }

        return new(bonds, dividends);
    }
}
