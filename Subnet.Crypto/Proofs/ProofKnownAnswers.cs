using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// The inner steps of commitments and proofs, for replaying known answers: intermediate values that a product never shows, and provers whose nonces follow from a seed.
/// A proof made here gives its weights to everyone who knows the seed.
/// </summary>
public static class ProofKnownAnswers
{
    /// <summary>The generator P(label, index), and the candidates skipped before it.</summary>
    /// <exception cref="ArgumentException">A label that is not G, H, U or Q.</exception>
    public static (byte[] Point, int Refused) Generator(string label, uint index) => label is "G" or "H" or "U" or "Q"
        ? (GeneratorSet.Derive(label, index, out int refused).ToBytes(), refused)
        : throw new ArgumentException("a generator's label is G, H, U or Q", nameof(label));

    /// <summary>Whether the bytes are a point as messages carry it.</summary>
    public static bool IsPoint(ReadOnlySpan<byte> bytes) => AffinePoint.TryRead(bytes, out _);

    /// <summary>Whether the bytes are a scalar as messages carry it.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes) => Scalar.TryRead(bytes, out _);

    /// <summary>The proof that a prover with test nonces makes.</summary>
    public static byte[] ProveOpening(
        ProofContext context, CommitmentOpening opening, GeneratorSet generators, ReadOnlyMemory<byte> nonceSeed)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opening);
        return OpeningProof.Prove(context, opening, opening.Commit(generators), generators, new ReproducibleNonces(nonceSeed));
    }

    /// <summary>The proof and rho that a prover with test nonces makes.</summary>
    /// <exception cref="ProofException">The answers are not those of the weights.</exception>
    public static LinearProofResult ProveLinear(
        ProofContext context, AuditList audits, CommitmentOpening opening, GeneratorSet generators, ReadOnlyMemory<byte> nonceSeed)
    {
        ArgumentNullException.ThrowIfNull(opening);
        LinearStatement statement = LinearStatement.For(context, audits, opening.Commit(generators));
        return LinearProof.Prove(statement, audits, opening, generators, new ReproducibleNonces(nonceSeed));
    }

    /// <summary>gamma, the form X and the value Y of a statement and its audits.</summary>
    public static (byte[] Gamma, LinearForm Form, byte[] Value) Combine(LinearStatement statement, AuditList audits)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(audits);
        statement.TryBegin(out _, out Scalar gamma);
        (LinearForm form, Scalar value) = audits.Combine(gamma);
        return (gamma.ToBytes(), form, value.ToBytes());
    }
}
