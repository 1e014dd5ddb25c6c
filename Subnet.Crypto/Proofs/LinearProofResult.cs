namespace Subnet.Crypto.Proofs;

/// <summary>What a miner has after proving.</summary>
/// <param name="Statement">What was proved.</param>
/// <param name="Form">The public vector X.</param>
/// <param name="Proof">The proof, public.</param>
/// <param name="Rho">The opening of V, 32 bytes: for the validator and its co-validators only.</param>
public sealed record LinearProofResult(LinearStatement Statement, LinearForm Form, ReadOnlyMemory<byte> Proof, ReadOnlyMemory<byte> Rho);
