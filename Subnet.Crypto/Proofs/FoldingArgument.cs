using System.Numerics;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// The compressed half of both proofs (protocol 4, steps 4 and 5; Attema and Cramer, CRYPTO 2020): shows knowledge of z with P = sum z_i G_i + e &lt;z, X&gt; Q in
/// 2 log n points and one scalar by halving z, G and X in each round.
/// </summary>
/// <remarks>
/// z = d + c w with a uniform one-time d: it is uniform whatever w is, a longer proof would send it in the clear. It is therefore no secret, and this part may take variable time.
/// </remarks>
internal static class FoldingArgument
{
    /// <summary>Bytes of a round: L || R.</summary>
    public const int RoundByteCount = 2 * AffinePoint.ByteCount;

    /// <summary>Rounds for a vector of <paramref name="count"/> entries: the logarithm of its padded length.</summary>
    public static int RoundsFor(int count) => BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)count));

    /// <summary>Bytes of the rounds and the last scalar.</summary>
    public static int ByteCount(int count) => (RoundByteCount * RoundsFor(count)) + Scalar.ByteCount;

    /// <summary>Runs the prover.</summary>
    /// <param name="transcript">Absorbs L || R of each round and gives its challenge.</param>
    /// <param name="z">The vector, padded with zeros to a power of two; overwritten.</param>
    /// <param name="generators">As many generators.</param>
    /// <param name="form">As many entries, padded with zeros; overwritten. Empty for an opening proof, which has no Q.</param>
    /// <param name="productBase">e Q; ignored for an opening proof.</param>
    /// <param name="destination"><see cref="ByteCount"/> bytes: (L || R)^m || a.</param>
    public static void Prove(
        Transcript transcript,
        Span<Scalar> z,
        ReadOnlySpan<AffinePoint> generators,
        Span<Scalar> form,
        in AffinePoint productBase,
        Span<byte> destination)
    {
        AffinePoint[] folded = generators.ToArray();
        Span<AffinePoint> g = folded;
        while (z.Length > 1)
        {
            int half = z.Length / 2;
            Span<Scalar> zLeft = z[..half];
            Span<Scalar> zRight = z[half..];
            Span<byte> round = destination[..RoundByteCount];
            Cross(zLeft, g[half..], form.IsEmpty ? default : form[half..], productBase).ToAffine().Write(round);
            Cross(zRight, g[..half], form.IsEmpty ? default : form[..half], productBase).ToAffine().Write(round[AffinePoint.ByteCount..]);
            transcript.Absorb("LR", round);
            if (!transcript.TryChallenge("x", out Scalar x))
            {
                throw new InvalidOperationException("a challenge is zero; prove again with fresh randomness");
            }

            for (int i = 0; i < half; i++)
            {
                zLeft[i] += x * zRight[i];
                if (!form.IsEmpty)
                {
                    form[i] = (x * form[i]) + form[half + i];
                }
            }

            if (half > 1)
            {
                GeneratorFolding.Fold(g[..half], g[half..], x);
            }

            z = zLeft;
            g = g[..half];
            form = form.IsEmpty ? form : form[..half];
            destination = destination[RoundByteCount..];
        }

        z[0].Write(destination);
    }

    /// <summary>
    /// Reads a proof's rounds and replays their challenges. False for a point or scalar that is not canonical, or a zero challenge.
    /// </summary>
    public static bool TryReplay(Transcript transcript, ReadOnlySpan<byte> encoded, FoldedProof folded)
    {
        for (int k = 0; k < folded.Challenges.Length; k++)
        {
            ReadOnlySpan<byte> round = encoded.Slice(RoundByteCount * k, RoundByteCount);
            transcript.Absorb("LR", round);
            if (!AffinePoint.TryRead(round[..AffinePoint.ByteCount], out folded.Left[k])
                || !AffinePoint.TryRead(round[AffinePoint.ByteCount..], out folded.Right[k])
                || !transcript.TryChallenge("x", out folded.Challenges[k]))
            {
                return false;
            }
        }

        bool read = Scalar.TryRead(encoded[(RoundByteCount * folded.Challenges.Length)..], out Scalar last);
        folded.Last = last;
        return read;
    }

    /// <summary>sum z_i G_i + &lt;z, X&gt; e Q.</summary>
    private static ProjectivePoint Cross(
        ReadOnlySpan<Scalar> z, ReadOnlySpan<AffinePoint> generators, ReadOnlySpan<Scalar> form, in AffinePoint productBase)
    {
        if (form.IsEmpty)
        {
            return MultiScalar.Multiply(z, generators);
        }

        return MultiScalar.Multiply([.. z, Product(z, form)], [.. generators, productBase]);
    }

    /// <summary>&lt;a, b&gt;.</summary>
    public static Scalar Product(ReadOnlySpan<Scalar> a, ReadOnlySpan<Scalar> b)
    {
        Scalar sum = Scalar.Zero;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
