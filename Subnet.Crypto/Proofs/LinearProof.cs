using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// Proof that a miner's logged answers to an epoch's audits all equal &lt;w, phi&gt; for the one committed w (protocol 4): V || A || T || zeta || tau || y' || (L || R)^m || a,
/// 227 + 66 m bytes, m = ceil(log2 n K). V commits to the combined value Y, which stays between miner and validator: published values of a few epochs would determine
/// w. All methods are safe for concurrent use.
/// </summary>
/// <remarks>
/// Soundness error (B + 1)/2^256 for B answers, under the discrete logarithm; zero knowledge in the random-oracle model. What the <em>answers</em> tell of w is
/// another matter (protocol 1): they are equations.
/// </remarks>
public static class LinearProof
{
    internal const int PointsByteCount = 3 * AffinePoint.ByteCount;
    internal const int HeadByteCount = PointsByteCount + (3 * Scalar.ByteCount);

    /// <summary>Length of a proof for n K = <paramref name="count"/>.</summary>
    public static int ByteCount(int count) => HeadByteCount + FoldingArgument.ByteCount(count);

    /// <summary>Makes a proof and the blinding rho of V, which the miner sends to the validator alone.</summary>
    /// <exception cref="ProofException">The answers are not those of the weights: there is nothing true to prove.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or the set has too few generators.</exception>
    public static LinearProofResult Prove(
        ProofContext context, AuditList audits, CommitmentOpening opening, GeneratorSet generators, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(generators);
        ArgumentNullException.ThrowIfNull(random);
        LinearStatement statement = LinearStatement.For(context, audits, opening.Commit(generators));
        statement.TryBegin(out Transcript transcript, out _);
        using HedgedNonces nonces = new(random, opening.Blinding, transcript.State);
        return Prove(statement, audits, opening, generators, nonces);
    }

    /// <summary>
    /// The validator's check: the proof holds for these audits, and V commits to their combined value under <paramref name="rho"/>.
    /// </summary>
    public static bool Verify(
        ProofContext context,
        AuditList audits,
        VectorCommitment commitment,
        ReadOnlySpan<byte> proof,
        ReadOnlySpan<byte> rho,
        GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(audits);
        ArgumentNullException.ThrowIfNull(generators);
        if (audits.FeatureCount * (long)audits.ClassCount > generators.Count)
        {
            return false;
        }

        LinearStatement statement = LinearStatement.For(context, audits, commitment);
        return LinearProofReader.TryRead(statement, audits, default, proof, rho, out LinearProofReader? reader)
            && reader.Verify(generators);
    }

    /// <summary>
    /// The public's check, without rows and answers: the proof holds for this form, root and commitment. That the form is the audits' is the validators' word.
    /// </summary>
    public static bool VerifyPublic(LinearStatement statement, LinearForm form, ReadOnlySpan<byte> proof, GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(generators);
        return statement.Count <= generators.Count
            && LinearProofReader.TryRead(statement, null, form, proof, default, out LinearProofReader? reader)
            && reader.Verify(generators);
    }

    internal static LinearProofResult Prove(
        LinearStatement statement, AuditList audits, CommitmentOpening opening, GeneratorSet generators, IProofNonces nonces)
    {
        int count = statement.Count;
        if (opening.Count != count)
        {
            throw new ArgumentException($"the audits ask for {count} weights, the opening has {opening.Count}", nameof(opening));
        }

        if (!statement.TryBegin(out Transcript transcript, out Scalar gamma))
        {
            throw new InvalidOperationException("a challenge is zero; audit once more");
        }

        (LinearForm form, Scalar value) = audits.Combine(gamma);
        RequireTrue(form, value, opening);
        transcript.Absorb("form", form.Hash.Span);

        byte[] proof = new byte[ByteCount(count)];
        Span<byte> points = proof.AsSpan(0, PointsByteCount);
        Scalar[] valueAndRho = [value, nonces.Draw("rho", 0)];
        SecretMultiScalar.Multiply(valueAndRho, generators.ValueMultiples).ToAffine().Write(points);
        transcript.Absorb("V", points[..AffinePoint.ByteCount]);

        // A = sum d_i G_i + delta H, T = <d, X> U + eta H: everything here depends on the one-time secret d.
        Scalar[] z = new Scalar[1 << FoldingArgument.RoundsFor(count)];
        for (int i = 0; i < count; i++)
        {
            z[i] = nonces.Draw("d", i);
        }

        Scalar[] delta = [nonces.Draw("delta", 0)];
        Scalar[] productAndEta = [FoldingArgument.Product(z.AsSpan(0, count), form.Entries), nonces.Draw("eta", 0)];
        ProjectivePoint a = SecretMultiScalar.Multiply(z.AsSpan(0, count), generators.EntryMultiples)
            + SecretMultiScalar.Multiply(delta, generators.BlindingMultiples);
        a.ToAffine().Write(points[AffinePoint.ByteCount..]);
        SecretMultiScalar.Multiply(productAndEta, generators.ValueMultiples).ToAffine().Write(points[(2 * AffinePoint.ByteCount)..]);
        transcript.Absorb("A", points[AffinePoint.ByteCount..]);
        if (!transcript.TryChallenge("c", out Scalar c))
        {
            throw new InvalidOperationException("a challenge is zero; prove again with fresh randomness");
        }

        for (int i = 0; i < count; i++)
        {
            z[i] += c * Scalar.FromInt64(opening.Weights[i]);
        }

        Span<byte> response = proof.AsSpan(PointsByteCount, 3 * Scalar.ByteCount);
        (delta[0] + (c * opening.Blinding)).Write(response);
        (productAndEta[1] + (c * valueAndRho[1])).Write(response[Scalar.ByteCount..]);
        FoldingArgument.Product(z.AsSpan(0, count), form.Entries).Write(response[(2 * Scalar.ByteCount)..]);
        transcript.Absorb("resp", response);
        if (!transcript.TryChallenge("e", out Scalar e))
        {
            throw new InvalidOperationException("a challenge is zero; prove again with fresh randomness");
        }

        Scalar[] padded = new Scalar[z.Length];
        form.Entries.CopyTo(padded);
        AffinePoint productBase = MultiScalar.Multiply([e], [generators.Product]).ToAffine();
        FoldingArgument.Prove(transcript, z, generators.Entries[..z.Length], padded, productBase, proof.AsSpan(HeadByteCount));

        byte[] rho = valueAndRho[1].ToBytes();
        Scalar.Clear(delta);
        Scalar.Clear(productAndEta);
        Scalar.Clear(valueAndRho);
        return new LinearProofResult(statement, form, proof, rho);
    }

    private static void RequireTrue(LinearForm form, in Scalar value, CommitmentOpening opening)
    {
        Scalar own = Scalar.Zero;
        for (int i = 0; i < form.Count; i++)
        {
            own += Scalar.FromInt64(opening.Weights[i]) * form.Entries[i];
        }

        if (!Scalar.AreEqual(own, value))
        {
            throw new ProofException("the logged answers are not those of the committed weights; check which model served these audits");
        }
    }
}
