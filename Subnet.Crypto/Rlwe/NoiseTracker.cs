using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Follows the noise of BFV ciphertexts through a computation, from the operations alone: the worst case of <see cref="NoiseBounds"/>
/// beside the mean square of parameters 3. The first says that decryption cannot fail, the second how much has to be drowned where
/// the first is too careful. Immutable and safe for concurrent use.
/// </summary>
public sealed class NoiseTracker
{
    // Centred binomial noise of 42 bits; a rounding; the part of coefficients of a ternary secret that are not zero.
    private const double FreshVariance = 10.5;
    private const double RoundingVariance = 1.0 / 12;
    private const double SecretWeight = 2.0 / 3;

    private readonly double _degree;
    private readonly double _plain;

    /// <summary>A tracker for BFV parameters.</summary>
    /// <exception cref="ArgumentException">The scheme is not BFV.</exception>
    public NoiseTracker(Parameters parameters)
    {
        Bounds = new NoiseBounds(parameters);
        _degree = parameters.PolyModulusDegree;
        _plain = parameters.PlainModulus;
    }

    /// <summary>The worst case.</summary>
    public NoiseBounds Bounds { get; }

    /// <summary>The parameters.</summary>
    public Parameters Parameters => Bounds.Parameters;

    /// <summary>A ciphertext fresh from the secret key.</summary>
    public static NoiseLevel FreshSymmetric => new(NoiseBounds.FreshSymmetric, FreshVariance + RoundingVariance);

    /// <summary>A ciphertext fresh from the public key.</summary>
    public NoiseLevel FreshPublic
    {
        get
        {
            double zero = ZeroAtDataModulus.Variance;
            if (Parameters.HasSpecialPrime)
            {
                double special = Parameters.Moduli[^1].Value;
                zero = (zero / special / special) + DivisionVariance;
            }

            return new(Bounds.FreshPublic, zero + RoundingVariance);
        }
    }

    /// <summary>An encryption of zero made at the data modulus with the public key: what re-randomisation adds.</summary>
    public NoiseLevel ZeroAtDataModulus => new(Bounds.ZeroAtDataModulus, FreshVariance * (1 + (2 * _degree * SecretWeight)));

    // One half from c_0 and one from c_1 times s.
    private double DivisionVariance => RoundingVariance * (1 + (_degree * SecretWeight));

    /// <summary>A sum or difference of ciphertexts that were computed apart.</summary>
    public static NoiseLevel Add(NoiseLevel a, NoiseLevel b) => new(NoiseBounds.Add(a.WorstCase, b.WorstCase), a.Variance + b.Variance);

    /// <summary>A sum of many ciphertexts with the same noise that were computed apart.</summary>
    public static NoiseLevel AddMany(NoiseLevel a, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(NoiseBounds.MultiplyPlain(a.WorstCase, count), a.Variance * count);
    }

    /// <summary>A sum or difference with a plaintext.</summary>
    public static NoiseLevel AddPlain(NoiseLevel a) => new(NoiseBounds.AddPlain(a.WorstCase), a.Variance + RoundingVariance);

    /// <summary>A product with an integer; also so many copies of one ciphertext.</summary>
    public static NoiseLevel MultiplyScalar(NoiseLevel a, double factor) =>
        new(NoiseBounds.MultiplyPlain(a.WorstCase, Math.Abs(factor)), a.Variance * factor * factor);

    /// <summary>A product with a plaintext of known centred coefficients.</summary>
    /// <param name="a">The ciphertext.</param>
    /// <param name="norm1">Sum of the absolute values of the coefficients.</param>
    /// <param name="squares">Sum of their squares.</param>
    public static NoiseLevel MultiplyPlain(NoiseLevel a, double norm1, double squares) =>
        new(NoiseBounds.MultiplyPlain(a.WorstCase, norm1), a.Variance * squares);

    /// <summary>A product with any batch-encoded plaintext: coefficients up to t/2.</summary>
    public NoiseLevel MultiplyBatch(NoiseLevel a) =>
        MultiplyPlain(a, Bounds.LargestPlainNorm, _degree * _plain * _plain / 12);

    /// <summary>A product of two ciphertexts that were computed apart, before relinearization.</summary>
    public NoiseLevel Multiply(Level level, NoiseLevel a, NoiseLevel b) =>
        new(Bounds.Multiply(level, a.WorstCase, b.WorstCase), ProductVariance(a.Variance + b.Variance));

    /// <summary>A square, before relinearization.</summary>
    public NoiseLevel Square(Level level, NoiseLevel a) =>
        new(Bounds.Multiply(level, a.WorstCase, a.WorstCase), ProductVariance(4 * a.Variance));

    /// <summary>A relinearization, rotation or row swap.</summary>
    public NoiseLevel KeySwitch(Level level, NoiseLevel a) =>
        new(Bounds.KeySwitch(level, a.WorstCase), a.Variance + SwitchVariance(level));

    /// <summary>A switch from a level to the next one.</summary>
    public NoiseLevel ModSwitchToNext(Level level, NoiseLevel a)
    {
        ArgumentNullException.ThrowIfNull(level);
        double last = level.Moduli[^1].Value;
        return new(Bounds.ModSwitchToNext(level, a.WorstCase), (a.Variance / last / last) + DivisionVariance);
    }

    /// <summary>A switch from a level to a lower one, step by step.</summary>
    /// <exception cref="ArgumentException">The target is above.</exception>
    public NoiseLevel ModSwitchTo(Level from, Level to, NoiseLevel a)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (to.ChainIndex > from.ChainIndex)
        {
            throw new ArgumentException($"{from} cannot be switched to {to}; levels only go down", nameof(to));
        }

        for (Level level = from; level.ChainIndex > to.ChainIndex; level = level.Next!)
        {
            a = ModSwitchToNext(level, a);
        }

        return a;
    }

    /// <summary>
    /// A product with a matrix by its diagonals: rotated inputs times batch-encoded diagonals, summed, rotated again and summed.
    /// </summary>
    /// <param name="level">The level.</param>
    /// <param name="a">The encrypted slots.</param>
    /// <param name="diagonals">How many diagonals are not zero.</param>
    /// <param name="sumRotations">How many rotations of partial sums there are.</param>
    public NoiseLevel MultiplyMatrix(Level level, NoiseLevel a, int diagonals, int sumRotations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sumRotations);
        NoiseLevel products = AddMany(MultiplyBatch(KeySwitch(level, a)), diagonals);
        NoiseLevel switching = KeySwitch(level, default);
        return sumRotations == 0 ? products : Add(products, AddMany(switching, sumRotations));
    }

    /// <summary>After re-randomisation: plus an encryption of zero.</summary>
    public NoiseLevel Rerandomize(NoiseLevel a) => Add(a, ZeroAtDataModulus);

    /// <summary>How many bits flooding at a level stands above what it has to drown: at least 40 for statistical privacy.</summary>
    public double FloodMargin(Level level, NoiseLevel noise) => Bounds.FloodMargin(level, noise.PrivacyBound);

    /// <summary>
    /// An upper bound on log2 of the probability that decryption at a level fails in any of the N coefficients: minus infinity where
    /// the worst case is inside the margin, else the Gaussian tail with the slack of the prediction.
    /// </summary>
    /// <param name="level">The level at which it is decrypted.</param>
    /// <param name="noise">Its noise.</param>
    /// <param name="flooding">Absolute bound of what flooding added; it takes from the margin.</param>
    public double FailureLog2(Level level, NoiseLevel noise, double flooding = 0)
    {
        double margin = Bounds.Limit(level) - flooding;
        if (margin <= 0)
        {
            return 0;
        }

        if (noise.WorstCase < margin)
        {
            return double.NegativeInfinity;
        }

        // P(|x| > r sigma) <= exp(-r^2 / 2), two-sided, for r of 1 or more.
        double deviations = margin / (noise.RootMeanSquare * NoiseLevel.PredictionSlack);
        return deviations < 1 ? 0 : Math.Min(0, Math.Log2(_degree) - (deviations * deviations / 2 * Math.Log2(Math.E)));
    }

    private double ProductVariance(double sum) => sum * _degree * _plain * _plain * (1 + (_degree * SecretWeight)) / 6;

    private double SwitchVariance(Level level)
    {
        ArgumentNullException.ThrowIfNull(level);
        double largest = 0;
        foreach (Modulus q in level.Moduli)
        {
            largest = Math.Max(largest, q.Value);
        }

        double ratio = largest / Parameters.Moduli[^1].Value;
        return (level.PrimeCount * _degree * FreshVariance * ratio * ratio / 3) + DivisionVariance;
    }
}
