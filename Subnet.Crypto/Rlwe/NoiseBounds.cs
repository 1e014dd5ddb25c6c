using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Worst-case bounds on the noise v of BFV ciphertexts, computed from the operations alone: the phase is (q/t) m + v with the
/// rational factor q/t, and decryption is exact while |v| is below q/(2t) (parameters 1). No key is needed, and a bound holds for
/// every honest input, however unlikely. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// Secrets are ternary and noise is at most 21. Bounds are doubles and grow by a few units in the last place per operation, which
/// <see cref="Slack"/> covers. They range to 2^1023, above every coefficient modulus of at most 881 bits.
/// </remarks>
public sealed class NoiseBounds
{
    // Above the rounding of a handful of double operations.
    private const double Slack = 1.0 + (1.0 / (1L << 44));
    private const double NoiseBound = NoiseSampler.Bound;

    private readonly double _degree;
    private readonly double _plain;

    /// <summary>Bounds for BFV parameters.</summary>
    /// <exception cref="ArgumentException">The scheme is not BFV.</exception>
    public NoiseBounds(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Scheme != Scheme.Bfv)
        {
            throw new ArgumentException($"noise bounds are for BFV, not for {parameters}", nameof(parameters));
        }

        Parameters = parameters;
        _degree = parameters.PolyModulusDegree;
        _plain = parameters.PlainModulus;
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>A ciphertext fresh from the secret key: 21 and the rounding of the message.</summary>
    public static double FreshSymmetric => (NoiseBound + 0.5) * Slack;

    /// <summary>An encryption of zero made at the data modulus with the public key: Z = 21 (2N + 1).</summary>
    public double ZeroAtDataModulus => NoiseBound * ((2 * _degree) + 1) * Slack;

    /// <summary>
    /// A ciphertext fresh from the public key: Z divided by the special prime and the rounding of the division, or Z where there is
    /// no special prime; and the rounding of the message.
    /// </summary>
    public double FreshPublic => Parameters.HasSpecialPrime
        ? ((ZeroAtDataModulus / Parameters.Moduli[^1].Value) + Rounding + 0.5) * Slack
        : (ZeroAtDataModulus + 0.5) * Slack;

    // One half from c_0 and one half for each coefficient of s.
    private double Rounding => (_degree + 1) / 2;

    /// <summary>A sum or difference of ciphertexts.</summary>
    public static double Add(double a, double b) => (a + b) * Slack;

    /// <summary>A product with a plaintext whose centred coefficients have this sum of absolute values.</summary>
    /// <param name="a">The bound of the ciphertext.</param>
    /// <param name="norm1">Sum of the absolute centred coefficients; at most N t/2 for a batch-encoded plaintext.</param>
    public static double MultiplyPlain(double a, double norm1) => a * norm1 * Slack;

    /// <summary>
    /// A sum with a plaintext: its scaling rounds once more.
    /// </summary>
    public static double AddPlain(double a) => (a + 0.5) * Slack;

    /// <summary>The sum of absolute values that no batch-encoded plaintext exceeds: N t/2.</summary>
    public double LargestPlainNorm => _degree * _plain / 2 * Slack;

    /// <summary>A product of two ciphertexts of two polynomials each at a level, before relinearization.</summary>
    public double Multiply(Level level, double a, double b)
    {
        ArgumentNullException.ThrowIfNull(level);
        double q = (double)level.Product;
        double linear = _degree * _plain * (_degree + 4) * (a + b);
        double square = _degree * (_plain / q) * a * b;
        return (linear + square + ((1 + _degree + (_degree * _degree)) / 2)) * Slack;
    }

    /// <summary>A relinearization, rotation or row swap at a level: 21 L N max(q_i)/P + (N + 1)/2 is added.</summary>
    public double KeySwitch(Level level, double a)
    {
        ArgumentNullException.ThrowIfNull(level);
        double largest = 0;
        foreach (Modulus q in level.Moduli)
        {
            largest = Math.Max(largest, q.Value);
        }

        double digits = NoiseBound * level.PrimeCount * _degree * (largest / Parameters.Moduli[^1].Value);
        return (a + digits + Rounding) * Slack;
    }

    /// <summary>A switch from a level to the next one: v / q_l + (N + 1)/2.</summary>
    public double ModSwitchToNext(Level level, double a)
    {
        ArgumentNullException.ThrowIfNull(level);
        return ((a / level.Moduli[^1].Value) + Rounding) * Slack;
    }

    /// <summary>q/(2t): decryption is exact while the bound is below it.</summary>
    public double Limit(Level level)
    {
        ArgumentNullException.ThrowIfNull(level);
        return (double)level.Product / (2 * _plain) / Slack;
    }

    /// <summary>Whether decryption at a level cannot fail.</summary>
    public bool IsExact(Level level, double bound) => bound < Limit(level);

    /// <summary>
    /// f of flooding with integers uniform on [-2^f, 2^f): floor(log2(q/(8t))), a quarter of the margin. It depends on the parameters
    /// and the level only, never on what was computed.
    /// </summary>
    public int FloodBits(Level level)
    {
        ArgumentNullException.ThrowIfNull(level);
        return (int)(level.Product / (8 * (BigInteger)Parameters.PlainModulus)).GetBitLength() - 1;
    }

    /// <summary>How many bits flooding at a level stands above a bound: at least 40 for statistical privacy.</summary>
    public double FloodMargin(Level level, double bound) => FloodBits(level) - Math.Log2(bound);
}
