using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// BFV arithmetic that looks after itself: products are relinearized, operands are brought to one level, and every value carries what is
/// known of its noise, so that a result which could decrypt to something else is refused before it is made. Results are new
/// ciphertexts. Built on <see cref="BfvEvaluator"/>, whose words are SEAL's. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>The claims on noise hold for honest inputs; a ciphertext from outside may carry any noise.</remarks>
public sealed class SafeBfvEvaluator
{
    /// <summary>The failure probability that is accepted, as log2.</summary>
    public const double LargestFailureLog2 = -128;

    private readonly BfvEvaluator _evaluator;
    private readonly NoiseTracker _tracker;
    private readonly RelinearizationKeys? _relinearization;
    private readonly GaloisKeys? _galois;

    /// <summary>An evaluator with keys.</summary>
    /// <param name="parameters">BFV parameters.</param>
    /// <param name="relinearization">For products of ciphertexts; null if there are none.</param>
    /// <param name="galois">For rotations; null if there are none.</param>
    /// <param name="options">What to do with transparent results, how many threads to use.</param>
    /// <exception cref="ArgumentException">The scheme is not BFV, or keys belong to other parameters.</exception>
    public SafeBfvEvaluator(
        Parameters parameters, RelinearizationKeys? relinearization = null, GaloisKeys? galois = null, EvaluatorOptions? options = null)
    {
        _evaluator = new BfvEvaluator(parameters, options ?? new EvaluatorOptions());
        _tracker = new NoiseTracker(parameters);
        _relinearization = relinearization;
        _galois = galois;
        foreach (Parameters other in new[] { relinearization?.Parameters, galois?.Parameters }.OfType<Parameters>())
        {
            if (!other.Equals(parameters))
            {
                throw new ArgumentException($"the keys belong to {other}, the evaluator to {parameters}");
            }
        }
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters => _evaluator.Parameters;

    /// <summary>A value fresh from an encryptor.</summary>
    /// <param name="ciphertext">A ciphertext at the first data level that nothing was done to.</param>
    /// <param name="isSymmetric">Whether it was made with the secret key.</param>
    /// <exception cref="ArgumentException">It is not at the first data level of these parameters with two polynomials.</exception>
    public BfvValue Fresh(Ciphertext ciphertext, bool isSymmetric)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        return ciphertext.Size == 2 && !ciphertext.IsNttForm && ciphertext.Level.Matches(Parameters.FirstDataLevel)
            ? new BfvValue(ciphertext, isSymmetric ? NoiseTracker.FreshSymmetric : _tracker.FreshPublic)
            : throw new ArgumentException(
                $"a fresh ciphertext of {Parameters} has 2 polynomials in coefficient form at {Parameters.FirstDataLevel}, not {ciphertext.Size} at {ciphertext.Level}",
                nameof(ciphertext));
    }

    /// <summary>a + b.</summary>
    /// <exception cref="InvalidOperationException">The noise might be too large.</exception>
    public BfvValue Add(BfvValue a, BfvValue b) => Combine(a, b, _evaluator.Add);

    /// <summary>a - b.</summary>
    /// <exception cref="InvalidOperationException">The noise might be too large.</exception>
    public BfvValue Subtract(BfvValue a, BfvValue b) => Combine(a, b, _evaluator.Subtract);

    /// <summary>a + plaintext.</summary>
    /// <exception cref="ArgumentException">The plaintext does not fit.</exception>
    /// <exception cref="InvalidOperationException">The noise might be too large.</exception>
    public BfvValue AddPlain(BfvValue a, Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(a);
        return Finish("sum", a.Ciphertext.Level, NoiseTracker.AddPlain(a.Noise), result => _evaluator.AddPlain(a.Ciphertext, plaintext, result));
    }

    /// <summary>a times plaintext; the noise grows by the coefficients that are there.</summary>
    /// <exception cref="ArgumentException">The plaintext does not fit.</exception>
    /// <exception cref="InvalidOperationException">The noise might be too large.</exception>
    public BfvValue MultiplyPlain(BfvValue a, Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(a);
        PlainOperand.CheckCoefficients(plaintext, Parameters);
        ulong t = Parameters.PlainModulus;
        double norm = 0;
        double squares = 0;
        int count = 0;
        foreach (ulong c in plaintext.Words)
        {
            double size = Math.Min(c, t - c);
            norm += size;
            squares += size * size;
            count += c == 0 ? 0 : 1;
        }

        if (count == 1)
        {
            // A single coefficient may be taken in [0, t), as SEAL does.
            norm = plaintext.Words[plaintext.Words.IndexOfAnyExcept(0UL)];
            squares = norm * norm;
        }

        return Finish(
            "product", a.Ciphertext.Level, NoiseTracker.MultiplyPlain(a.Noise, norm, squares), result => _evaluator.MultiplyPlain(a.Ciphertext, plaintext, result));
    }

    /// <summary>a b, relinearized.</summary>
    /// <exception cref="InvalidOperationException">The noise might be too large, or there are no relinearization keys.</exception>
    public BfvValue Multiply(BfvValue a, BfvValue b)
    {
        RelinearizationKeys keys = _relinearization
            ?? throw new InvalidOperationException("a product of ciphertexts needs relinearization keys; give them to the evaluator");
        bool square = ReferenceEquals(a, b);
        (a, b) = Match(a, b);
        Level level = a.Ciphertext.Level;

        // Operands that depend on each other add up in amplitude, not in variance: half way to a square is a square.
        NoiseLevel product = square ? _tracker.Square(level, a.Noise) : _tracker.Multiply(level, a.Noise, b.Noise);
        return Finish("product", level, _tracker.KeySwitch(level, product with { Variance = square ? product.Variance : 2 * product.Variance }), result =>
        {
            _evaluator.Multiply(a.Ciphertext, b.Ciphertext, result);
            _evaluator.Relinearize(result, keys, result);
        });
    }

    /// <summary>Both rows rotated to the left (negative: to the right).</summary>
    /// <exception cref="ArgumentException">A key is missing.</exception>
    /// <exception cref="InvalidOperationException">The noise might be too large, or there are no Galois keys.</exception>
    public BfvValue RotateRows(BfvValue a, int step)
    {
        ArgumentNullException.ThrowIfNull(a);
        GaloisKeys keys = _galois ?? throw new InvalidOperationException("a rotation needs Galois keys; give them to the evaluator");
        bool single = step == 0 || keys.Find(GaloisElement.FromStep(Parameters, step)) is not null;
        NoiseLevel noise = a.Noise;
        for (int i = 0; i < (single ? 1 : Parameters.LogDegree); i++)
        {
            noise = _tracker.KeySwitch(a.Ciphertext.Level, noise);
        }

        return Finish("rotation", a.Ciphertext.Level, noise, result => _evaluator.RotateRows(a.Ciphertext, step, keys, result));
    }

    /// <summary>a at the lowest level at which it still decrypts.</summary>
    public BfvValue Lower(BfvValue a)
    {
        ArgumentNullException.ThrowIfNull(a);
        while (a.Ciphertext.Level.Next is { } next && IsSafe(next, _tracker.ModSwitchToNext(a.Ciphertext.Level, a.Noise)))
        {
            a = LowerTo(a, next);
        }

        return a;
    }

    private BfvValue Combine(BfvValue a, BfvValue b, Action<Ciphertext, Ciphertext, Ciphertext> operation)
    {
        bool same = ReferenceEquals(a, b);
        (a, b) = Match(a, b);
        NoiseLevel sum = NoiseTracker.Add(a.Noise, b.Noise);

        // The same or dependent operands: twice the sum of variances covers any correlation.
        return Finish(
            "sum", a.Ciphertext.Level, same ? NoiseTracker.MultiplyScalar(a.Noise, 2) : sum with { Variance = 2 * sum.Variance },
            result => operation(a.Ciphertext, b.Ciphertext, result));
    }

    private (BfvValue A, BfvValue B) Match(BfvValue a, BfvValue b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Level x = a.Ciphertext.Level;
        Level y = b.Ciphertext.Level;
        return x.ChainIndex > y.ChainIndex ? (LowerTo(a, y), b) : x.ChainIndex < y.ChainIndex ? (a, LowerTo(b, x)) : (a, b);
    }

    private BfvValue LowerTo(BfvValue a, Level level) => Finish(
        "ciphertext", level, _tracker.ModSwitchTo(a.Ciphertext.Level, level, a.Noise), result => _evaluator.ModSwitchTo(a.Ciphertext, level, result));

    private bool IsSafe(Level level, NoiseLevel noise) => _tracker.FailureLog2(level, noise) <= LargestFailureLog2;

    private BfvValue Finish(string what, Level level, NoiseLevel noise, Action<Ciphertext> operation)
    {
        if (!IsSafe(level, noise))
        {
            throw new InvalidOperationException(
                $"the {what} might not decrypt: its noise is up to 2^{Math.Log2(noise.WorstCase):F1}, predicted 2^{Math.Log2(noise.RootMeanSquare):F1}, "
                + $"and {level} bears 2^{Math.Log2(_tracker.Bounds.Limit(level)):F1}; use a longer chain, a smaller plain modulus or a shallower circuit");
        }

        Ciphertext result = new(Parameters);
        operation(result);
        return new BfvValue(result, noise);
    }
}

/// <summary>A ciphertext and what is known of its noise.</summary>
/// <param name="Ciphertext">Two polynomials; not to be changed.</param>
/// <param name="Noise">Bound and prediction.</param>
public sealed record BfvValue(Ciphertext Ciphertext, NoiseLevel Noise);
