using System.Numerics;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// One scale for every level, such that a product of two ciphertexts with the scale of their level has, after rescaling, the scale
/// of the next: D_(l-1) = D_l^2 / q_l. Ciphertexts that keep to it can be added whenever their levels are equal, with no scale
/// drifting away from another (Kim, Papadimitriou and Polyakov, "Approximate homomorphic encryption with reduced approximation
/// error"). Computed with 192 fractional bits and rounded to a double at the end. Immutable.
/// </summary>
internal sealed class CanonicalScales
{
    private const int FractionBits = 192;

    // Enough to make an integer of any double of 1 or more.
    private const int DoubleBits = 53;

    // A scale that has left this factor of the first one would cost bits of precision or of the modulus.
    private const double MaxDrift = 4;

    private readonly double[] _scales;

    /// <summary>The scales of a chain.</summary>
    /// <exception cref="ArgumentException">The scale does not fit the first level, or the primes are so far from it that the scales drift.</exception>
    public CanonicalScales(Parameters parameters, double scale)
    {
        Level level = parameters.FirstDataLevel;
        CkksScale.Check(scale, level);
        _scales = new double[level.ChainIndex + 1];
        BigInteger exact = new BigInteger(Math.ScaleB(scale, DoubleBits)) << (FractionBits - DoubleBits);
        for (Level? at = level; at is not null; at = at.Next)
        {
            double rounded = ToDouble(exact);
            if (rounded > scale * MaxDrift || rounded < scale / MaxDrift)
            {
                throw new ArgumentException(
                    $"the scale 2^{Math.Log2(scale):F1} becomes 2^{Math.Log2(rounded):F1} at {at}; choose primes of the bit length of the scale for all levels but the last", nameof(scale));
            }

            _scales[at.ChainIndex] = rounded;
            exact = exact * exact / at.Moduli[^1].Value >> FractionBits;
        }
    }

    /// <summary>The scale of a level.</summary>
    public double At(Level level) => _scales[level.ChainIndex];

    private static double ToDouble(BigInteger value)
    {
        int shift = Math.Max(0, (int)value.GetBitLength() - 64);
        return Math.ScaleB((double)(value >> shift), shift - FractionBits);
    }
}
