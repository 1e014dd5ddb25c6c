using System.Buffers.Binary;
using System.Numerics;
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

    // By power of two: a claim of a few bytes makes at most one set of each size, whatever counts are claimed.
    private readonly Dictionary<uint, GeneratorSet> _generators = [];

    /// <inheritdoc/>
    public bool Verify(
        ushort netuid, ulong epoch, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> card, ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> opening)
    {
        if (opening.Length < CountSize || !VectorCommitment.TryParse(commitment, out VectorCommitment? parsed))
        {
            return false;
        }

        uint count = BinaryPrimitives.ReadUInt32BigEndian(opening);
        if (count is 0 or > GeneratorSet.MaxCount || opening.Length != CountSize + OpeningProof.ByteCount((int)count))
        {
            return false;
        }

        return OpeningProof.Verify(
            ProofContext.ForRegistration(netuid, epoch, hotkey, card), (int)count, parsed, opening[CountSize..], GeneratorsFor((int)count));
    }

    /// <summary>Deriving generators takes a curve square root for each, so a set is kept for each size.</summary>
    private GeneratorSet GeneratorsFor(int count)
    {
        uint size = BitOperations.RoundUpToPowerOf2((uint)count);
        lock (_generators)
        {
            if (!_generators.TryGetValue(size, out GeneratorSet? set))
            {
                _generators.Add(size, set = GeneratorSet.Create((int)size));
            }

            return set;
        }
    }
}
