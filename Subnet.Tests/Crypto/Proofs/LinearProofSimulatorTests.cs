using System.Security.Cryptography;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

/// <summary>
/// Zero knowledge as its definition says: whoever may choose the challenge c beforehand makes, without the weights, a proof that satisfies every equation. So a proof
/// under an unpredictable c shows nothing but that its maker knows the weights; and the same bytes fail under the transcript's own c.
/// </summary>
[TestFixture]
internal sealed class LinearProofSimulatorTests
{
    [Test]
    public void Simulator_without_weights_satisfies_every_equation_under_a_chosen_challenge_only()
    {
        using ProofFixture f = new(21, features: 6);
        int count = f.Form.Count;
        int rounds = FoldingArgument.RoundsFor(count);
        LinearStatement statement = f.Statement;
        Assert.That(statement.TryBegin(out Transcript transcript, out Scalar gamma), Is.True);
        (LinearForm form, Scalar value) = f.List.Combine(gamma);

        // Only public values and Y from here on; the validator knows Y.
        Scalar rho = Drawn("rho");
        Scalar c = Drawn("c");
        Scalar zeta = Drawn("zeta");
        Scalar tau = Drawn("tau");
        Scalar[] z = new Scalar[1 << rounds];
        for (int i = 0; i < count; i++)
        {
            z[i] = Drawn($"z{i}");
        }

        AffinePoint h = f.Generators.Blinding;
        AffinePoint u = f.Generators.Value;
        AffinePoint v = MultiScalar.Multiply([value, rho], [u, h]).ToAffine();
        Scalar product = FoldingArgument.Product(z.AsSpan(0, count), form.Entries);
        AffinePoint a = MultiScalar.Multiply([.. z, zeta, -c], [.. f.Generators.Entries, h, f.Commitment.Point]).ToAffine();
        AffinePoint t = MultiScalar.Multiply([product, tau, -c], [u, h, v]).ToAffine();

        byte[] proof = new byte[LinearProof.ByteCount(count)];
        v.Write(proof);
        a.Write(proof.AsSpan(33));
        t.Write(proof.AsSpan(66));
        zeta.Write(proof.AsSpan(99));
        tau.Write(proof.AsSpan(131));
        product.Write(proof.AsSpan(163));
        transcript.Absorb("form", form.Hash.Span);
        transcript.Absorb("V", proof.AsSpan(0, 33));
        transcript.Absorb("A", proof.AsSpan(33, 66));
        Assert.That(transcript.TryChallenge("c", out Scalar hashed), Is.True);
        transcript.Absorb("resp", proof.AsSpan(99, 96));
        Assert.That(transcript.TryChallenge("e", out Scalar e), Is.True);
        Scalar[] padded = new Scalar[z.Length];
        form.Entries.CopyTo(padded);
        Transcript replayed = transcript.Fork();
        FoldingArgument.Prove(
            transcript, z, f.Generators.Entries, padded, MultiScalar.Multiply([e], [f.Generators.Product]).ToAffine(), proof.AsSpan(LinearProof.HeadByteCount));

        Assert.That(Holds(c), Is.True, "the chosen challenge");
        Assert.That(Holds(hashed), Is.False, "the transcript's challenge");
        Assert.That(f.Verifies(proof, rho.ToBytes()), Is.False, "the verifier");

        bool Holds(Scalar challenge)
        {
            FoldedProof folded = new(rounds);
            Assert.That(FoldingArgument.TryReplay(replayed.Fork(), proof.AsSpan(LinearProof.HeadByteCount), folded), Is.True);
            VerificationSum sum = new(f.Generators, count);
            Scalar first = sum.AddFolding(folded, form.Entries, e, Scalar.One);
            sum.Add(-first, a);
            sum.Add(-(first * challenge), f.Commitment.Point);
            sum.AddBlinding(first * zeta);
            sum.AddProduct(-(first * e * product));
            bool values = MultiScalar.Multiply([Scalar.One, challenge, -product, -tau], [t, v, u, h]).IsInfinity;
            return sum.IsInfinity() && values;
        }
    }

    private static Scalar Drawn(string name) => Scalar.ReadWide(SHA512.HashData(System.Text.Encoding.ASCII.GetBytes($"simulator/{name}")));
}
