using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

[TestFixture]
internal sealed class OpeningProofTests
{
    [Test]
    public void Honest_proof_of_every_small_length_verifies([Range(1, 9)] int count)
    {
        using ProofFixture f = new(31, features: count);
        ProofContext context = ProofContext.ForRegistration(7, 41, f.Context.Miner, f.Context.Card);
        byte[] proof = OpeningProof.Prove(context, f.Opening, f.Generators, f.Random);

        Assert.That(OpeningProof.Verify(context, count, f.Commitment, proof, f.Generators), Is.True);
        Assert.That(proof, Has.Length.EqualTo(OpeningProof.ByteCount(count)));
    }

    [Test]
    public void Every_flipped_bit_is_refused()
    {
        using ProofFixture f = new(32, features: 2);
        ProofContext context = ProofContext.ForRegistration(7, 41, f.Context.Miner, f.Context.Card);
        byte[] proof = OpeningProof.Prove(context, f.Opening, f.Generators, f.Random);
        List<int> taken = [];
        for (int bit = 0; bit < 8 * proof.Length; bit++)
        {
            proof[bit / 8] ^= (byte)(1 << (bit % 8));
            if (OpeningProof.Verify(context, 2, f.Commitment, proof, f.Generators))
            {
                taken.Add(bit);
            }

            proof[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(taken, Is.Empty);
    }

    [Test]
    public void Commitment_copied_and_shifted_cannot_be_registered_with_the_owner_s_proof()
    {
        // A rival shifts C by a known multiple of H and replays the owner's proof under its own hotkey or the owner's.
        using ProofFixture f = new(33, features: 4);
        ProofContext owner = ProofContext.ForRegistration(7, 41, f.Context.Miner, f.Context.Card);
        ProofContext rival = ProofContext.ForRegistration(7, 41, f.Context.Validator, f.Context.Card);
        byte[] proof = OpeningProof.Prove(owner, f.Opening, f.Generators, f.Random);
        VectorCommitment shifted = new(
            (new Subnet.Crypto.Commitments.Secp256k1.ProjectivePoint(f.Commitment.Point) + f.Generators.Blinding).ToAffine());

        Assert.That(OpeningProof.Verify(owner, 4, shifted, proof, f.Generators), Is.False);
        Assert.That(OpeningProof.Verify(rival, 4, f.Commitment, proof, f.Generators), Is.False);
        Assert.That(OpeningProof.Verify(rival, 4, shifted, proof, f.Generators), Is.False);
        Assert.That(OpeningProof.Verify(owner, 3, f.Commitment, proof, f.Generators), Is.False);
    }
}
