using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The original bond scheme (<c>design/yuma.md</c> 3.11a): bonds are shares of each miner, moved toward the stake-weighted shares of
/// this epoch.
/// </summary>
internal static class OriginalBonds
{
    public static BondOutcome Compute(
        EpochInput input,
        SparseMatrix bondWeights,
        ReadOnlySpan<I32F32> activeStake,
        ReadOnlySpan<I32F32> incentive,
        I32F32 rate,
        EpochTrace? trace)
    {
        SparseMatrix old = OldBonds.AsIntegers(input);
        SparseAlgebra.NormaliseColumnsInPlace(old, SparseAlgebra.ColumnSums(old));

        // ΔB_ij = w_ij * a_i, as shares of each miner.
        SparseMatrix delta = SparseAlgebra.ScaleRows(bondWeights, activeStake);
        SparseAlgebra.NormaliseColumnsInPlace(delta, SparseAlgebra.ColumnSums(delta));

        // B_ij = α * ΔB_ij + (1 - α) * B_ij, as shares of each miner.
        SparseMatrix bonds = SparseAlgebra.MovingAverage(delta, old, rate);
        SparseAlgebra.NormaliseColumnsInPlace(bonds, SparseAlgebra.ColumnSums(bonds));

        // d_i = SUM(j) i_j * B_ij
        I32F32[] dividends = SparseAlgebra.WeightedRowSums(bonds, incentive);
        SparseAlgebra.NormaliseInPlace(dividends);

        if (trace is not null)
        {
            trace.OldBonds = old;
            trace.BondTargets = delta;
            trace.BondShares = bonds;
            trace.NewBonds = bonds;
            bonds = bonds.Copy();
        }

        // Stored relative to the largest bond of each miner, so that 16 bits suffice.
        SparseAlgebra.NormaliseColumnsInPlace(bonds, SparseAlgebra.ColumnMaxima(bonds));
        return new(bonds, dividends);
    }
}
