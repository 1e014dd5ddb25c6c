using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>What a verifier read of the rounds of a <see cref="FoldingArgument"/>.</summary>
internal sealed class FoldedProof(int rounds)
{
    /// <summary>x of each round.</summary>
    public Scalar[] Challenges { get; } = new Scalar[rounds];

    /// <summary>L of each round.</summary>
    public AffinePoint[] Left { get; } = new AffinePoint[rounds];

    /// <summary>R of each round.</summary>
    public AffinePoint[] Right { get; } = new AffinePoint[rounds];

    /// <summary>a.</summary>
    public Scalar Last { get; set; }

    /// <summary>
    /// The factors of the generators, times <paramref name="scale"/>: with G = x G_l + G_r in each round, G_i ends with the product of the x of those rounds in which
    /// i lies in the left half.
    /// </summary>
    public Scalar[] Factors(in Scalar scale)
    {
        Scalar[] factors = new Scalar[1 << Challenges.Length];
        factors[0] = scale;
        int length = 1;
        for (int k = Challenges.Length - 1; k >= 0; k--)
        {
            for (int i = 0; i < length; i++)
            {
                factors[length + i] = factors[i];
                factors[i] *= Challenges[k];
            }

            length *= 2;
        }

        return factors;
    }
}
