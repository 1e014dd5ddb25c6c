using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>The prover's random scalars, each named by label and index. A scalar used in two proofs reveals the weights.</summary>
internal interface IProofNonces
{
    /// <summary>The scalar of that name.</summary>
    Scalar Draw(string label, int index);
}
