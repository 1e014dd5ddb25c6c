using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>What a bond scheme answers.</summary>
/// <param name="Bonds">The bonds to be stored, as fractions.</param>
/// <param name="Dividends">The validators' shares, normalised.</param>
internal readonly record struct BondOutcome(SparseMatrix Bonds, I32F32[] Dividends);
