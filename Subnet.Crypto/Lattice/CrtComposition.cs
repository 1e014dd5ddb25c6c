using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// Residues of one level to doubles: the centred value, times a factor. Mixed radix with centred digits (Garner): v_0 = x_0,
/// v_j = (...((x_j - v_0)/q_0 - v_1)/q_1 - ...) mod q_j, value = v_0 + v_1 q_0 + v_2 q_0 q_1 + .... The leading digit dominates
/// the rest, so the relative error is a few units in the last place however small the value is. Immutable.
/// </summary>
internal abstract class CrtComposition
{
    /// <summary>The constants of a level.</summary>
    /// <param name="degree">N.</param>
    /// <param name="moduli">Odd primes.</param>
    public static CrtComposition For(int degree, ReadOnlySpan<Modulus> moduli)
    {
        bool fits = true;
        foreach (Modulus q in moduli)
        {
            fits &= q.FitsDouble;
        }

        Modulus[] copy = moduli.ToArray();
        if (fits && DoubleLanes512.IsSupported && degree >= DoubleLanes512.Count)
        {
            return new DoubleCrtComposition<DoubleLanes512>(degree, copy);
        }

        if (fits && DoubleLanes256.IsSupported && degree >= DoubleLanes256.Count)
        {
            return new DoubleCrtComposition<DoubleLanes256>(degree, copy);
        }

        if (fits && DoubleLanes128.IsSupported && degree >= DoubleLanes128.Count)
        {
            return new DoubleCrtComposition<DoubleLanes128>(degree, copy);
        }

        return new IntegerCrtComposition(degree, copy);
    }

    /// <summary>The centred values times a factor.</summary>
    /// <param name="limbs">L limbs in coefficient form.</param>
    /// <param name="factor">What to multiply by.</param>
    /// <param name="values">N values.</param>
    public abstract void Compose(ReadOnlySpan<ulong> limbs, double factor, Span<double> values);

    /// <summary>1/q_i mod q_j for i below j, at j (j - 1) / 2 + i.</summary>
    protected static ulong[] Inverses(Modulus[] moduli)
    {
        ulong[] inverses = new ulong[moduli.Length * (moduli.Length - 1) / 2];
        for (int j = 1; j < moduli.Length; j++)
        {
            for (int i = 0; i < j; i++)
            {
                inverses[(j * (j - 1) / 2) + i] = moduli[j].Invert(moduli[j].Reduce(moduli[i].Value));
            }
        }

        return inverses;
    }
}
