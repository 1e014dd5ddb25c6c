using Subnet.Crypto.Commitments;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;

namespace Subnet.Health.Audits;

/// <summary>What card and ledger say of a keyless model: enough to build its queries, read its replies and check its proofs.</summary>
/// <param name="Card">Hash of the card, 32 bytes.</param>
/// <param name="Parameters">Set and plain modulus.</param>
/// <param name="Encoding">Which rows the card admits.</param>
/// <param name="Classes">K.</param>
/// <param name="Bound">The largest answer that the card admits.</param>
/// <param name="Commitment">C, registered with the card.</param>
internal sealed record AuditedModel(
    ReadOnlyMemory<byte> Card, KeylessParameters Parameters, FeatureEncoding Encoding, int Classes, long Bound, VectorCommitment Commitment)
{
    /// <summary>n.</summary>
    public int Features => Encoding.Length;
}
