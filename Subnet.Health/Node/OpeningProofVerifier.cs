using System.Buffers.Binary;
using Subnet.Core.Registration;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Node;

/// <summary>
/// Checks the opening proof of a model's commitment as it is registered: be32 number of weights, then the proof (design/protocol.md section 4).
/// </summary>
internal sealed class OpeningProofVerifier : IModelCommitmentVerifier
{
    private const int CountSize = 4;

    /// <summary>Weights of the largest model; deriving more generators for a claim of a few bytes would be work for nothing.</summary>
    private const uint MaxCount = 4_096;

    private readonly Dictionary<int, GeneratorSet> _generators = [];

    /// <inheritdoc/>
    public bool Verify(
        ushort netuid, ulong epoch, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> card, ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> opening)
    {
        if (opening.Length < CountSize || !VectorCommitment.TryParse(commitment, out VectorCommitment? parsed))
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(opening);
        if (count is 0 or > MaxCount || opening.Length != CountSize + OpeningProof.ByteCount((int)count))
        {
            return false;
        }

        return OpeningProof.Verify(
            ProofContext.ForRegistration(netuid, epoch, hotkey, card), (int)count, parsed, opening[CountSize..], GeneratorsFor((int)count));
    }

    /// <summary>Deriving generators takes a curve square root for each, so a set is kept for each size.</summary>
    private GeneratorSet GeneratorsFor(int count)
    {
        lock (_generators)
        {
            if (!_generators.TryGetValue(count, out GeneratorSet? set))
            {
                _generators.Add(count, set = GeneratorSet.Create(count));
            }

            return set;
        }
    }
}
