using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

[TestFixture]
internal sealed class LinearProofTests
{
    [Test]
    public void Honest_proof_of_every_small_shape_verifies_for_validator_and_public(
        [Values(1, 2, 3, 5, 8)] int features, [Values(1, 3)] int classes, [Values(1, 4)] int rows)
    {
        using ProofFixture fixture = new(1, features, classes, audits: 3, rows);

        Assert.That(fixture.Verifies(fixture.Proof, fixture.Rho), Is.True);
        Assert.That(LinearProof.VerifyPublic(fixture.Statement, fixture.Form, fixture.Proof, fixture.Generators), Is.True);
        Assert.That(fixture.Proof, Has.Length.EqualTo(LinearProof.ByteCount(features * classes)));
    }

    [TestCase(512, 821)]
    [TestCase(4096, 1019)]
    public void Proof_is_as_short_as_promised(int count, int bytes) => Assert.That(LinearProof.ByteCount(count), Is.EqualTo(bytes));

    [Test]
    public void Every_flipped_bit_of_proof_and_rho_is_refused()
    {
        using ProofFixture fixture = new(2, features: 2);
        byte[] both = [.. fixture.Proof, .. fixture.Rho];
        List<int> taken = [];
        for (int bit = 0; bit < 8 * both.Length; bit++)
        {
            both[bit / 8] ^= (byte)(1 << (bit % 8));
            if (fixture.Verifies(both.AsSpan(0, fixture.Proof.Length), both.AsSpan(fixture.Proof.Length)))
            {
                taken.Add(bit);
            }

            both[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(taken, Is.Empty);
        Assert.That(fixture.Verifies(fixture.Proof, fixture.Rho), Is.True);
    }

    [Test]
    public void Proof_does_not_hold_for_another_context()
    {
        using ProofFixture f = new(3, features: 5);
        ProofContext c = f.Context;
        ProofContext[] others =
        [
            new(8, c.Epoch, c.Miner, c.Validator, c.Card),
            new(c.Netuid, c.Epoch + 1, c.Miner, c.Validator, c.Card),
            new(c.Netuid, c.Epoch, c.Validator, c.Validator, c.Card),
            new(c.Netuid, c.Epoch, c.Miner, c.Miner, c.Card),
            new(c.Netuid, c.Epoch, c.Miner, c.Validator, c.Miner),
            new(c.Netuid, c.Epoch, c.Validator, c.Miner, c.Card),
        ];

        Assert.That(others.Where(other => LinearProof.Verify(other, f.List, f.Commitment, f.Proof, f.Rho, f.Generators)), Is.Empty);
    }

    [Test]
    public void Proof_does_not_hold_for_other_audits()
    {
        using ProofFixture f = new(4, features: 3, classes: 2, rows: 2);
        Audit first = f.Audits[0];
        long[][] rows = [.. Enumerable.Range(0, first.RowCount).Select(i => first.Row(i).ToArray())];
        long[][] answers = [.. Enumerable.Range(0, first.RowCount).Select(i => first.Answers(i).ToArray())];
        long[][] otherRows = [[rows[0][0] + 1, .. rows[0][1..]], rows[1]];
        long[][] otherAnswers = [[answers[0][0] + 1, answers[0][1]], answers[1]];
        long[][] swappedClasses = [[answers[0][1], answers[0][0]], answers[1]];
        byte[] digest = ProofFixture.Digest("other", 0);
        Audit[] changed =
        [
            new(digest, first.Reply, first.Master, rows, answers),
            new(first.Request, digest, first.Master, rows, answers),
            new(first.Request, first.Reply, digest, rows, answers),
            new(first.Request, first.Reply, first.Master, otherRows, answers),
            new(first.Request, first.Reply, first.Master, rows, otherAnswers),
            new(first.Request, first.Reply, first.Master, rows, swappedClasses),
            new(first.Request, first.Reply, first.Master, [rows[1], rows[0]], [answers[1], answers[0]]),
        ];

        Assert.That(changed.Where(audit => f.Verifies([audit, .. f.Audits[1..]])), Is.Empty);
        Assert.That(f.Verifies(f.Audits[1..]), Is.False, "an audit left out");
        Assert.That(f.Verifies([.. f.Audits, f.Audits[0]]), Is.False, "an audit twice");
        Assert.That(f.Verifies([]), Is.False, "no audit");
        Assert.That(f.Verifies(f.Audits.Reverse()), Is.True, "the order of listing does not matter");
    }

    [Test]
    public void Rounds_points_and_scalars_in_another_order_are_refused()
    {
        using ProofFixture f = new(5, features: 5);
        const int Head = LinearProof.HeadByteCount;
        const int Round = FoldingArgument.RoundByteCount;
        byte[][] reordered =
        [
            Swap(f.Proof, 0, 33, 33),
            Swap(f.Proof, 33, 66, 33),
            Swap(f.Proof, 99, 131, 32),
            Swap(f.Proof, 131, 163, 32),
            Swap(f.Proof, Head, Head + 33, 33),
            Swap(f.Proof, Head, Head + Round, Round),
            Swap(f.Proof, Head + Round, Head + (2 * Round), Round),
        ];

        Assert.That(reordered.Where(proof => f.Verifies(proof, f.Rho)), Is.Empty);
    }

    [Test]
    public void Proof_of_another_miner_s_commitment_is_refused()
    {
        using ProofFixture f = new(6, features: 4);
        using ProofFixture other = new(7, features: 4);

        Assert.That(LinearProof.Verify(f.Context, f.List, other.Commitment, f.Proof, f.Rho, f.Generators), Is.False);
        Assert.That(f.Verifies(other.Proof, other.Rho), Is.False);
    }

    [Test]
    public void Miner_that_answered_with_another_model_has_nothing_to_prove()
    {
        using ProofFixture f = new(8, features: 4);
        using CommitmentOpening better = CommitmentOpening.Create([.. f.Weights.Select(w => w + 1)], f.Random);

        Assert.That(() => LinearProof.Prove(f.Context, f.List, better, f.Generators, f.Random), Throws.InstanceOf<ProofException>());
    }

    [Test]
    public void Weight_that_wraps_modulo_t_fails_although_the_answers_agree_modulo_t()
    {
        // w and w + t give the same answers modulo t; equality is over the integers, so only w proves.
        using ProofFixture f = new(9, features: 4);
        using CommitmentOpening wrapped = CommitmentOpening.Create([f.Weights[0] + (1L << 26), .. f.Weights[1..]], f.Random);

        Assert.That(() => LinearProof.Prove(f.Context, f.List, wrapped, f.Generators, f.Random), Throws.InstanceOf<ProofException>());
    }

    [Test]
    public void Public_check_needs_the_right_form_root_and_count()
    {
        using ProofFixture f = new(10, features: 5);
        using ProofFixture other = new(11, features: 5);
        LinearStatement s = f.Statement;
        LinearStatement otherCount = new(s.Context, s.Features, s.Classes, s.Commitment, s.AuditCount + 1, s.AuditRoot);
        LinearStatement otherRoot = new(s.Context, s.Features, s.Classes, s.Commitment, s.AuditCount, other.Statement.AuditRoot);

        Assert.That(LinearProof.VerifyPublic(s, other.Form, f.Proof, f.Generators), Is.False);
        Assert.That(LinearProof.VerifyPublic(otherCount, f.Form, f.Proof, f.Generators), Is.False);
        Assert.That(LinearProof.VerifyPublic(otherRoot, f.Form, f.Proof, f.Generators), Is.False);
    }

    [Test]
    public void Two_proofs_of_one_statement_share_no_point_and_no_scalar()
    {
        using ProofFixture f = new(12, features: 5);
        LinearProofResult again = LinearProof.Prove(f.Context, f.List, f.Opening, f.Generators, f.Random);

        Assert.That(f.Verifies(again.Proof.Span, again.Rho.Span), Is.True);
        byte[] second = again.Proof.ToArray();
        for (int offset = 0; offset + 32 <= second.Length; offset++)
        {
            Assert.That(f.Proof.AsSpan(offset, 32).SequenceEqual(second.AsSpan(offset, 32)), Is.False, $"at {offset}");
        }
    }

    [Test]
    public void Mutated_proofs_of_any_length_never_raise_an_exception()
    {
        using ProofFixture f = new(13, features: 3);
        Random random = new(13);
        for (int i = 0; i < 400; i++)
        {
            byte[] proof = new byte[random.Next(0, 2 * f.Proof.Length)];
            f.Proof.AsSpan(0, Math.Min(proof.Length, f.Proof.Length)).CopyTo(proof);
            if (proof.Length > 0)
            {
                proof[random.Next(proof.Length)] ^= (byte)random.Next(1, 256);
            }

            Assert.That(f.Verifies(proof, f.Rho), Is.False);
        }
    }

    private static byte[] Swap(byte[] bytes, int first, int second, int length)
    {
        byte[] changed = (byte[])bytes.Clone();
        bytes.AsSpan(second, length).CopyTo(changed.AsSpan(first));
        bytes.AsSpan(first, length).CopyTo(changed.AsSpan(second));
        return changed;
    }
}
