using System.Numerics;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

/// <summary>
/// Attacks 21 and 22 of the protocol, with a lattice reduction that succeeds where it is given the message that the protocol took away, and then meets what the public really gets: the
/// form X, the root, the commitments and the proof.
/// </summary>
[TestFixture]
internal sealed class LatticeAttackTests
{
    private const long LargestWeight = 1 << 15;

    private static readonly BigInteger Order = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", System.Globalization.NumberStyles.HexNumber, null);

    [Test]
    public void Reduction_opens_a_knapsack_of_sixty_binary_rows()
    {
        // The figure of the protocol: 60 binary entries of a combined vector. It says what the reduction here is worth.
        Random random = new(21);
        long[] row = [.. Enumerable.Range(0, 60).Select(_ => (long)random.Next(2))];
        BigInteger gamma = Number(SHA256.HashData("gamma"u8));
        BigInteger[] powers = [.. Enumerable.Range(0, row.Length).Select(j => BigInteger.ModPow(gamma, j, Order))];
        BigInteger sum = row.Zip(powers, (x, power) => x * power).Aggregate(BigInteger.Zero, static (a, b) => a + b) % Order;

        Assert.That(LatticeReduction.FindSmall(powers, sum, Order, 1), Is.EqualTo(row));
    }

    [Test]
    public void Weights_follow_from_one_published_X_and_Y_and_from_nothing_that_is_published()
    {
        using ProofFixture first = new(22, features: 12, audits: 14);
        (BigInteger[] form, BigInteger value) = Combined(first);
        Assert.That(LatticeReduction.FindSmall(form, value, Order, LargestWeight), Is.EqualTo(first.Weights), "with Y the attack succeeds: so Y stays with miner and validator");

        // Of a quarter of the rows, which is what may be opened, not even Y would do: too many weights give the same answers.
        using ProofFixture quarter = new(22, features: 12, audits: 3);
        (BigInteger[] thin, BigInteger known) = Combined(quarter);
        Assert.That(LatticeReduction.FindSmall(thin, known, Order, LargestWeight), Is.Not.EqualTo(quarter.Weights));

        // What the public has: X, and the scalars of the proof. y' = <d, X> + c Y and its quotient by c are the nearest to Y.
        BigInteger c = Challenge(first);
        BigInteger response = Scalars(first.Proof)[2];
        BigInteger[] guesses =
        [
            .. Scalars(first.Proof),
            response * BigInteger.ModPow(c, Order - 2, Order) % Order,
            Number(first.Proof.AsSpan(1, 32)),
            Number(SHA256.HashData(first.Proof)),
        ];
        foreach (BigInteger guess in guesses)
        {
            Assert.That(LatticeReduction.FindSmall(form, guess, Order, LargestWeight), Is.Not.EqualTo(first.Weights));
        }
    }

    [Test]
    public void Several_epochs_of_what_is_published_give_no_more_equations_of_the_weights_than_one()
    {
        // Three epochs of one model, other audits each. The difference of two responses would cancel a masking that came again.
        using ProofFixture model = new(23, features: 12);
        (LinearProofResult Result, BigInteger[] Form, BigInteger Value, BigInteger C)[] epochs = [.. Enumerable.Range(0, 3).Select(epoch => Prove(model, epoch))];
        for (int i = 0; i < epochs.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (LinearProofResult result, BigInteger[] form, BigInteger value, BigInteger c) = epochs[i];
                (LinearProofResult before, BigInteger[] formBefore, BigInteger valueBefore, BigInteger challengeBefore) = epochs[j];
                BigInteger[] joined = [.. form.Zip(formBefore, (x, y) => Modulo((c * x) - (challengeBefore * y)))];
                BigInteger known = Modulo((c * value) - (challengeBefore * valueBefore));
                Assert.That(LatticeReduction.FindSmall(joined, known, Order, LargestWeight), Is.EqualTo(model.Weights), "the same equation with both Y");
                BigInteger published = Modulo(Scalars(result.Proof.Span)[2] - Scalars(before.Proof.Span)[2]);
                Assert.That(LatticeReduction.FindSmall(joined, published, Order, LargestWeight), Is.Not.EqualTo(model.Weights));
                Assert.That(result.Proof[..33].Span.SequenceEqual(before.Proof[..33].Span), Is.False, "V");
            }
        }
    }

    [Test]
    public void Statement_of_a_proof_holds_the_value_under_a_blinding_only()
    {
        // Two proofs of one statement: one X, one Y, two V. Whoever guesses Y cannot check the guess against V without rho.
        using ProofFixture f = new(24, features: 4);
        LinearProofResult again = LinearProof.Prove(f.Context, f.List, f.Opening, f.Generators, f.Random);
        Assert.That(again.Form.Hash.Span.SequenceEqual(f.Form.Hash.Span), Is.True);
        Assert.That(again.Proof[..33].Span.SequenceEqual(f.Proof.AsSpan(0, 33)), Is.False);
        f.Statement.TryBegin(out _, out Scalar gamma);
        Scalar value = f.List.Combine(gamma).Value;
        byte[] bare = new byte[AffinePoint.ByteCount];
        MultiScalar.Multiply([value], [f.Generators.Value]).ToAffine().Write(bare);
        Assert.That(f.Proof.AsSpan().IndexOf(bare.AsSpan(1)), Is.EqualTo(-1), "Y U is nowhere in the proof");
        Assert.That(f.Proof.AsSpan().IndexOf(value.ToBytes()), Is.EqualTo(-1), "nor is Y");
    }

    private static (LinearProofResult Result, BigInteger[] Form, BigInteger Value, BigInteger C) Prove(ProofFixture model, int epoch)
    {
        Random numbers = new(epoch);
        Audit[] audits = [.. Enumerable.Range(0, 14).Select(i =>
        {
            long[] row = [1, .. Enumerable.Range(1, model.Weights.Length - 1).Select(_ => numbers.NextInt64(-9, 10))];
            long answer = row.Zip(model.Weights, (x, w) => x * w).Sum();
            return new Audit(ProofFixture.Digest("request", (100 * epoch) + i), ProofFixture.Digest("reply", i), ProofFixture.Digest("master", i), [row], [[answer]]);
        })];
        Assert.That(AuditList.TryCreate(audits, out AuditList? list, out _), Is.True);
        ProofContext context = new(7, (ulong)epoch, model.Context.Miner, model.Context.Validator, model.Context.Card);
        LinearStatement statement = LinearStatement.For(context, list!, model.Commitment);
        LinearProofResult result = LinearProof.Prove(context, list!, model.Opening, model.Generators, model.Random);
        (BigInteger[] form, BigInteger value) = Combined(statement, list!);
        return (result, form, value, Challenge(statement, result.Form, result.Proof.Span));
    }

    private static (BigInteger[] Form, BigInteger Value) Combined(ProofFixture f) => Combined(f.Statement, f.List);

    private static (BigInteger[] Form, BigInteger Value) Combined(LinearStatement statement, AuditList list)
    {
        Assert.That(statement.TryBegin(out _, out Scalar gamma), Is.True);
        (LinearForm form, Scalar value) = list.Combine(gamma);
        return ([.. form.ToBytes().Chunk(Scalar.ByteCount).Select(bytes => Number(bytes))], Number(value.ToBytes()));
    }

    private static BigInteger Challenge(ProofFixture f) => Challenge(f.Statement, f.Form, f.Proof);

    /// <summary>c, which everybody computes from the transcript.</summary>
    private static BigInteger Challenge(LinearStatement statement, LinearForm form, ReadOnlySpan<byte> proof)
    {
        statement.TryBegin(out Transcript transcript, out _);
        transcript.Absorb("form", form.Hash.Span);
        transcript.Absorb("V", proof[..33]);
        transcript.Absorb("A", proof[33..99]);
        Assert.That(transcript.TryChallenge("c", out Scalar c), Is.True);
        return Number(c.ToBytes());
    }

    /// <summary>zeta, tau, y' and the last scalar.</summary>
    private static BigInteger[] Scalars(ReadOnlySpan<byte> proof) => [Number(proof[99..131]), Number(proof[131..163]), Number(proof[163..195]), Number(proof[^32..])];

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Modulo(BigInteger value) => ((value % Order) + Order) % Order;
}
