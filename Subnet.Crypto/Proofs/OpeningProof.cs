using System.Buffers.Binary;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// Proof that the registrant of a commitment knows its opening (protocol 4), bound to netuid, hotkey, card and epoch, so that a copied commitment cannot be registered:
/// A || zeta || (L || R)^m || a, 97 + 66 m bytes, m = ceil(log2 n K). It shows nothing of the weights. All methods are safe for concurrent use.
/// </summary>
public static class OpeningProof
{
    private const string Name = "subnet-opening-proof/1";
    private const int HeadByteCount = AffinePoint.ByteCount + Scalar.ByteCount;

    /// <summary>Length of a proof for a vector of <paramref name="count"/> entries.</summary>
    public static int ByteCount(int count) => HeadByteCount + FoldingArgument.ByteCount(count);

    /// <summary>Makes a proof.</summary>
    /// <exception cref="ArgumentException">The set has too few generators.</exception>
    public static byte[] Prove(ProofContext context, CommitmentOpening opening, GeneratorSet generators, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(generators);
        ArgumentNullException.ThrowIfNull(random);
        VectorCommitment commitment = opening.Commit(generators);
        using HedgedNonces nonces = new(random, opening.Blinding, Begin(context, opening.Count, commitment).State);
        return Prove(context, opening, commitment, generators, nonces);
    }

    /// <summary>Whether the proof holds for this context, length and commitment.</summary>
    public static bool Verify(
        ProofContext context, int count, VectorCommitment commitment, ReadOnlySpan<byte> proof, GeneratorSet generators)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(generators);
        if (count < 1 || count > generators.Count || proof.Length != ByteCount(count)
            || !AffinePoint.TryRead(proof[..AffinePoint.ByteCount], out AffinePoint a)
            || !Scalar.TryRead(proof[AffinePoint.ByteCount..HeadByteCount], out Scalar zeta))
        {
            return false;
        }

        Transcript transcript = Begin(context, count, commitment);
        transcript.Absorb("A", proof[..AffinePoint.ByteCount]);
        if (!transcript.TryChallenge("c", out Scalar c))
        {
            return false;
        }

        transcript.Absorb("resp", proof[AffinePoint.ByteCount..HeadByteCount]);
        FoldedProof folded = new(FoldingArgument.RoundsFor(count));
        if (!FoldingArgument.TryReplay(transcript, proof[HeadByteCount..], folded))
        {
            return false;
        }

        // P = A + c C - zeta H, folded, must be a G.
        VerificationSum sum = new(generators, count);
        Scalar first = sum.AddFolding(folded, default, Scalar.Zero, Scalar.One);
        sum.Add(-first, a);
        sum.Add(-(first * c), commitment.Point);
        sum.AddBlinding(first * zeta);
        return sum.IsInfinity();
    }

    internal static byte[] Prove(
        ProofContext context, CommitmentOpening opening, VectorCommitment commitment, GeneratorSet generators, IProofNonces nonces)
    {
        int count = opening.Count;
        byte[] proof = new byte[ByteCount(count)];
        Scalar[] z = new Scalar[1 << FoldingArgument.RoundsFor(count)];
        for (int i = 0; i < count; i++)
        {
            z[i] = nonces.Draw("d", i);
        }

        Scalar[] delta = [nonces.Draw("delta", 0)];
        ProjectivePoint a = SecretMultiScalar.Multiply(z.AsSpan(0, count), generators.EntryMultiples)
            + SecretMultiScalar.Multiply(delta, generators.BlindingMultiples);
        a.ToAffine().Write(proof);

        Transcript transcript = Begin(context, count, commitment);
        transcript.Absorb("A", proof.AsSpan(0, AffinePoint.ByteCount));
        if (!transcript.TryChallenge("c", out Scalar c))
        {
            throw new InvalidOperationException("a challenge is zero; prove again with fresh randomness");
        }

        for (int i = 0; i < count; i++)
        {
            z[i] += c * Scalar.FromInt64(opening.Weights[i]);
        }

        Span<byte> response = proof.AsSpan(AffinePoint.ByteCount, Scalar.ByteCount);
        (delta[0] + (c * opening.Blinding)).Write(response);
        transcript.Absorb("resp", response);
        FoldingArgument.Prove(transcript, z, generators.Entries[..z.Length], default, default, proof.AsSpan(HeadByteCount));
        Scalar.Clear(delta);
        return proof;
    }

    private static Transcript Begin(ProofContext context, int count, VectorCommitment commitment)
    {
        Transcript transcript = new(Name);
        transcript.Absorb("ctx", context.Encoded);
        Span<byte> statement = stackalloc byte[sizeof(uint) + AffinePoint.ByteCount];
        BinaryPrimitives.WriteInt32BigEndian(statement, count);
        commitment.Bytes.CopyTo(statement[sizeof(uint)..]);
        transcript.Absorb("com", statement);
        return transcript;
    }
}
