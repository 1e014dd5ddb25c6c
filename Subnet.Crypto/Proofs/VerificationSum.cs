using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// The check of one or many proofs as one sum of multiples that must be infinity. Equations are added with independent random weights, so a sum that vanishes means
/// that each does (but for probability 2^-256 an equation). Not safe for concurrent use.
/// </summary>
internal sealed class VerificationSum(GeneratorSet generators, int capacity)
{
    private readonly Scalar[] entries = new Scalar[1 << FoldingArgument.RoundsFor(capacity)];
    private readonly List<Scalar> scalars = [];
    private readonly List<AffinePoint> points = [];
    private Scalar blinding;
    private Scalar value;
    private Scalar product;

    /// <summary>Adds k P.</summary>
    public void Add(in Scalar k, in AffinePoint point)
    {
        scalars.Add(k);
        points.Add(point);
    }

    /// <summary>Adds k H.</summary>
    public void AddBlinding(in Scalar k) => blinding += k;

    /// <summary>Adds k U.</summary>
    public void AddValue(in Scalar k) => value += k;

    /// <summary>
    /// Adds weight times the folding equation, without the part of the first P: a G + e a X Q - sum (L, x² R), each scaled by the challenges after it.
    /// </summary>
    /// <param name="folded">The rounds.</param>
    /// <param name="form">X; empty for an opening proof.</param>
    /// <param name="e">e, the factor of Q.</param>
    /// <param name="weight">The weight of this equation.</param>
    /// <returns>The factor of the first P: weight times the product of all challenges, which the caller subtracts term by term.</returns>
    public Scalar AddFolding(FoldedProof folded, ReadOnlySpan<Scalar> form, in Scalar e, in Scalar weight)
    {
        Scalar[] factors = folded.Factors(weight * folded.Last);
        for (int i = 0; i < factors.Length; i++)
        {
            entries[i] += factors[i];
        }

        product += e * FoldingArgument.Product(factors.AsSpan(0, form.Length), form);
        Scalar after = weight;
        for (int k = folded.Challenges.Length - 1; k >= 0; k--)
        {
            Scalar x = folded.Challenges[k];
            Add(-after, folded.Left[k]);
            Add(-(after * x * x), folded.Right[k]);
            after *= x;
        }

        return after;
    }

    /// <summary>Adds k Q.</summary>
    public void AddProduct(in Scalar k) => product += k;

    /// <summary>Whether everything added so far sums to infinity.</summary>
    public bool IsInfinity()
    {
        scalars.AddRange([blinding, value, product]);
        points.AddRange([generators.Blinding, generators.Value, generators.Product]);
        return MultiScalar.Multiply([.. entries, .. scalars], [.. generators.Entries[..entries.Length], .. points]).IsInfinity;
    }
}
