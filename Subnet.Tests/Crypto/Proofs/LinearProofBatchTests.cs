using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

[TestFixture]
internal sealed class LinearProofBatchTests
{
    private ProofFixture[] miners = null!;
    private GeneratorSet generators = null!;

    [OneTimeSetUp]
    public void Prove()
    {
        miners = [.. Enumerable.Range(0, 7).Select(i => new ProofFixture(100 + i, features: i + 1))];
        generators = GeneratorSet.Create(8);
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        foreach (ProofFixture miner in miners)
        {
            miner.Dispose();
        }
    }

    [Test]
    public void Batch_of_honest_proofs_of_different_lengths_holds() => Assert.That(Invalid(_ => null), Is.Empty);

    [TestCase(new[] { 0 })]
    [TestCase(new[] { 6 })]
    [TestCase(new[] { 2, 3 })]
    [TestCase(new[] { 0, 1, 2, 3, 4, 5, 6 })]
    public void Batch_names_exactly_the_proofs_that_do_not_hold(int[] bad) =>
        Assert.That(Invalid(i => bad.Contains(i) ? Changed(miners[i].Proof, ^1) : null), Is.EqualTo(bad));

    [Test]
    public void Unreadable_proof_is_one_that_does_not_hold()
    {
        Assert.That(Invalid(i => i == 4 ? [] : null), Is.EqualTo(new[] { 4 }));
        Assert.That(Invalid(i => i == 4 ? Changed(miners[4].Proof, 0) : null), Is.EqualTo(new[] { 4 }));
    }

    [Test]
    public void Opposite_errors_of_two_proofs_do_not_cancel()
    {
        // The same difference is added to zeta of one proof and taken from the other's: a sum without weights would not see it.
        using ProofFixture first = new(200, features: 1);
        LinearProofBatch batch = new(generators);
        batch.Add(first.Context, first.List, first.Commitment, Shifted(first.Proof, 1), first.Rho);
        batch.Add(first.Context, first.List, first.Commitment, Shifted(first.Proof, -1), first.Rho);

        Assert.That(batch.FindInvalid(), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void Empty_batch_holds() => Assert.That(new LinearProofBatch(generators).FindInvalid(), Is.Empty);

    private static byte[] Changed(byte[] bytes, Index at)
    {
        byte[] changed = (byte[])bytes.Clone();
        changed[at] ^= 1;
        return changed;
    }

    private static byte[] Shifted(byte[] bytes, int by)
    {
        byte[] changed = (byte[])bytes.Clone();
        changed[99 + 31] = (byte)(changed[99 + 31] + by);
        return changed;
    }

    private IReadOnlyList<int> Invalid(Func<int, byte[]?> replacement)
    {
        LinearProofBatch batch = new(generators);
        for (int i = 0; i < miners.Length; i++)
        {
            ProofFixture m = miners[i];
            Assert.That(batch.Add(m.Context, m.List, m.Commitment, replacement(i) ?? m.Proof, m.Rho), Is.EqualTo(i));
        }

        Assert.That(batch.Count, Is.EqualTo(miners.Length));
        return batch.FindInvalid();
    }
}
