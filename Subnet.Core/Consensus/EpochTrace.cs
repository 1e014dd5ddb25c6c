using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>The intermediate matrices of an epoch, kept when somebody wants to explain it.</summary>
internal sealed class EpochTrace
{
    /// <summary>Permits as they were used for masking: the owner's included.</summary>
    public bool[] OldPermits { get; set; } = [];

    /// <summary>Masked and normalised weights.</summary>
    public SparseMatrix? Weights { get; set; }

    /// <summary>Weights clipped to consensus.</summary>
    public SparseMatrix? Clipped { get; set; }

    /// <summary>Weights that bonds follow.</summary>
    public SparseMatrix? BondWeights { get; set; }

    /// <summary>Old bonds as the moving average read them.</summary>
    public SparseMatrix? OldBonds { get; set; }

    /// <summary>What the old bonds move toward: the bond weights, or their stake-weighted column shares.</summary>
    public SparseMatrix? BondTargets { get; set; }

    /// <summary>New bonds before they are divided by columns.</summary>
    public SparseMatrix? NewBonds { get; set; }

    /// <summary>New bonds as column shares: what dividends are paid on.</summary>
    public SparseMatrix? BondShares { get; set; }

    /// <summary>Rate of each entry of the bond weights under liquid alpha, parallel to <see cref="BondWeights"/>.</summary>
    public I32F32[]? Rates { get; set; }

    /// <summary>The rate of all pairs where there is no liquid alpha.</summary>
    public I32F32 FixedRate { get; set; }
}
