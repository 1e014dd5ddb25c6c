using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// Worst-case bounds on a CKKS ciphertext's coefficients, from the operations alone: of the encoded message and of the error that
/// its decryption carries, both in units of the plaintext polynomial (scale included). Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// Numbers of absolute value m encoded with scale D have coefficients of at most m D. The error in a slot is at most N times that of a
/// coefficient, divided by the scale. The bounds hold for every honest input; typical errors are smaller by about the square root of N
/// for every product.
/// </remarks>
public sealed class CkksNoiseBounds
{
    private const double Slack = 1.0 + (1.0 / (1L << 40));
    private const double NoiseBound = NoiseSampler.Bound;

    private readonly double _degree;

    /// <summary>Bounds for CKKS parameters.</summary>
    /// <exception cref="ArgumentException">The scheme is not CKKS.</exception>
    public CkksNoiseBounds(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Scheme != Scheme.Ckks)
        {
            throw new ArgumentException($"these bounds are for CKKS, not for {parameters}", nameof(parameters));
        }

        Parameters = parameters;
        _degree = parameters.PolyModulusDegree;
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    private double Rounding => (_degree + 1) / 2;

    /// <summary>A ciphertext fresh from the secret key, of numbers up to a magnitude.</summary>
    public static CkksNoise FreshSymmetric(double magnitude, double scale) => new(magnitude * scale * Slack, (NoiseBound + 0.5) * Slack);

    /// <summary>A ciphertext fresh from the public key, of numbers up to a magnitude.</summary>
    public CkksNoise FreshPublic(double magnitude, double scale)
    {
        double zero = NoiseBound * ((2 * _degree) + 1);
        double noise = Parameters.KeyLevel.PrimeCount > 1 ? (zero / SmallestDroppedPrime) + Rounding : zero;
        return new(magnitude * scale * Slack, (noise + 0.5) * Slack);
    }

    /// <summary>A sum or difference.</summary>
    public static CkksNoise Add(CkksNoise a, CkksNoise b) => new((a.Message + b.Message) * Slack, (a.Error + b.Error) * Slack);

    /// <summary>A product with a plaintext of numbers up to a magnitude; its rounding to integers counts.</summary>
    public CkksNoise MultiplyPlain(CkksNoise a, double magnitude, double scale)
    {
        double plain = magnitude * scale;
        return new(_degree * a.Message * plain * Slack, _degree * ((a.Error * (plain + 0.5)) + (a.Message * 0.5)) * Slack);
    }

    /// <summary>A product, before relinearization.</summary>
    public CkksNoise Multiply(CkksNoise a, CkksNoise b) =>
        new(_degree * a.Message * b.Message * Slack, _degree * ((a.Message * b.Error) + (b.Message * a.Error) + (a.Error * b.Error)) * Slack);

    /// <summary>A relinearization, rotation or conjugation at a level.</summary>
    public CkksNoise KeySwitch(Level level, CkksNoise a)
    {
        ArgumentNullException.ThrowIfNull(level);
        double largest = 0;
        foreach (Modulus q in level.Moduli)
        {
            largest = Math.Max(largest, q.Value);
        }

        double digits = NoiseBound * level.PrimeCount * _degree * (largest / Parameters.Moduli[^1].Value);
        return a with { Error = (a.Error + digits + Rounding) * Slack };
    }

    /// <summary>A rescaling from a level to the next.</summary>
    public CkksNoise Rescale(Level level, CkksNoise a)
    {
        ArgumentNullException.ThrowIfNull(level);
        double last = level.Moduli[^1].Value;
        return new(a.Message / last * Slack, ((a.Error / last) + Rounding) * Slack);
    }

    // Public-key encryption is made one level up and divided by that level's last prime, whichever it is.
    private double SmallestDroppedPrime
    {
        get
        {
            double smallest = double.MaxValue;
            for (int i = 1; i < Parameters.Moduli.Length; i++)
            {
                smallest = Math.Min(smallest, Parameters.Moduli[i].Value);
            }

            return smallest;
        }
    }
}

/// <summary>Bounds on the coefficients of a CKKS ciphertext's message and error.</summary>
/// <param name="Message">Of the message.</param>
/// <param name="Error">Of the error.</param>
public readonly record struct CkksNoise(double Message, double Error);
