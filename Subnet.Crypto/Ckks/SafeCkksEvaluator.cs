using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// CKKS arithmetic that looks after itself: products are relinearized and rescaled, operands are brought to one level, and every
/// ciphertext has the exact scale of its level, so that sums never meet a mismatch. Results are new ciphertexts. Built on
/// <see cref="CkksEvaluator"/>, whose words are SEAL's. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// A multiplication, also with a constant or a plaintext, uses one level; what has none left is refused with the depth that the chain
/// has. Inputs are encrypted with the scale that <see cref="ScaleAt"/> names. For words that SEAL would give, step by step, use the
/// evaluator below.
/// </remarks>
public sealed partial class SafeCkksEvaluator
{
    // Scales are doubles of the canonical ones, products of them a few roundings away.
    private const double ScaleTolerance = 1.0 / (1L << 40);

    private readonly CkksEvaluator _evaluator;
    private readonly CkksEncoder _encoder;
    private readonly CanonicalScales _scales;
    private readonly RelinearizationKeys? _relinearization;
    private readonly GaloisKeys? _galois;

    /// <summary>An evaluator with keys and a scale.</summary>
    /// <param name="parameters">CKKS parameters.</param>
    /// <param name="scale">The scale of fresh ciphertexts; the primes between the first and the special one should have its bit length.</param>
    /// <param name="relinearization">For products of ciphertexts; null if there are none.</param>
    /// <param name="galois">For rotations and conjugation; null if there are none.</param>
    /// <param name="options">What to do with transparent results, how many threads to use.</param>
    /// <exception cref="ArgumentException">The scheme is not CKKS, keys belong to other parameters, or the scale does not fit the chain.</exception>
    public SafeCkksEvaluator(
        Parameters parameters, double scale, RelinearizationKeys? relinearization = null, GaloisKeys? galois = null, EvaluatorOptions? options = null)
    {
        _evaluator = new CkksEvaluator(parameters, options ?? new EvaluatorOptions());
        _encoder = new CkksEncoder(parameters);
        _scales = new CanonicalScales(parameters, scale);
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

    /// <summary>How many multiplications one after the other a fresh ciphertext allows.</summary>
    public int Depth => Parameters.FirstDataLevel.ChainIndex;

    /// <summary>The scale that ciphertexts and plaintexts of a level have.</summary>
    /// <exception cref="ArgumentException">The level holds keys or belongs to other parameters.</exception>
    public double ScaleAt(Level level)
    {
        ArgumentNullException.ThrowIfNull(level);
        return level.IsDataLevel && level.Parameters.Equals(Parameters)
            ? _scales.At(level)
            : throw new ArgumentException($"{level} is no data level of {Parameters}", nameof(level));
    }

    /// <summary>Encodes numbers with the scale of a level; missing ones are zero.</summary>
    /// <param name="values">Up to N/2 finite numbers.</param>
    /// <param name="level">The level, or null for the first.</param>
    /// <exception cref="ArgumentException">Too many values, or one does not fit.</exception>
    public Plaintext Encode(ReadOnlySpan<double> values, Level? level = null)
    {
        Level at = level ?? Parameters.FirstDataLevel;
        Plaintext plaintext = new();
        _encoder.Encode(values, at, ScaleAt(at), plaintext);
        return plaintext;
    }

    /// <summary>a + b.</summary>
    /// <exception cref="ArgumentException">An operand belongs to other parameters or has not the scale of its level.</exception>
    public Ciphertext Add(Ciphertext a, Ciphertext b)
    {
        (a, b) = Match(a, b);
        Ciphertext result = new(Parameters);
        _evaluator.Add(a, b, result);
        return result;
    }

    /// <summary>a - b.</summary>
    /// <exception cref="ArgumentException">An operand belongs to other parameters or has not the scale of its level.</exception>
    public Ciphertext Subtract(Ciphertext a, Ciphertext b)
    {
        (a, b) = Match(a, b);
        Ciphertext result = new(Parameters);
        _evaluator.Subtract(a, b, result);
        return result;
    }

    /// <summary>-a.</summary>
    /// <exception cref="ArgumentException">The operand belongs to other parameters or has not the scale of its level.</exception>
    public Ciphertext Negate(Ciphertext a)
    {
        Check(a);
        Ciphertext result = new(Parameters);
        _evaluator.Negate(a, result);
        return result;
    }

    /// <summary>a plus a number in every slot.</summary>
    /// <exception cref="ArgumentException">The operand or the number does not fit.</exception>
    public Ciphertext AddConstant(Ciphertext a, double value)
    {
        Check(a);
        using Plaintext plaintext = new();
        _encoder.Encode(value, a.Level, a.Scale, plaintext);
        Ciphertext result = new(Parameters);
        _evaluator.AddPlain(a, plaintext, result);
        return result;
    }

    /// <summary>a plus numbers slot by slot.</summary>
    /// <exception cref="ArgumentException">The operand or a number does not fit.</exception>
    public Ciphertext AddPlain(Ciphertext a, ReadOnlySpan<double> values)
    {
        Check(a);
        using Plaintext plaintext = Encode(values, a.Level);
        Ciphertext result = new(Parameters);
        _evaluator.AddPlain(a, plaintext, result);
        return result;
    }

    /// <summary>a b, relinearized and rescaled: one level below the lower of the two.</summary>
    /// <exception cref="ArgumentException">An operand belongs to other parameters or has not the scale of its level.</exception>
    /// <exception cref="InvalidOperationException">No level is left, or there are no relinearization keys.</exception>
    public Ciphertext Multiply(Ciphertext a, Ciphertext b)
    {
        RelinearizationKeys keys = _relinearization
            ?? throw new InvalidOperationException("a product of ciphertexts needs relinearization keys; give them to the evaluator");
        (a, b) = Match(a, b);
        Level next = Below(a);
        Ciphertext result = new(Parameters);
        _evaluator.Multiply(a, b, result);
        _evaluator.Relinearize(result, keys, result);
        return Rescale(result, next);
    }

    /// <summary>a^2.</summary>
    /// <exception cref="ArgumentException">The operand belongs to other parameters or has not the scale of its level.</exception>
    /// <exception cref="InvalidOperationException">No level is left, or there are no relinearization keys.</exception>
    public Ciphertext Square(Ciphertext a) => Multiply(a, a);

    /// <summary>a times numbers slot by slot.</summary>
    /// <exception cref="ArgumentException">The operand or a number does not fit.</exception>
    /// <exception cref="InvalidOperationException">No level is left.</exception>
    /// <exception cref="TransparentCiphertextException">All numbers are zero.</exception>
    public Ciphertext MultiplyPlain(Ciphertext a, ReadOnlySpan<double> values)
    {
        Check(a);
        Level next = Below(a);
        using Plaintext plaintext = Encode(values, a.Level);
        Ciphertext result = new(Parameters);
        _evaluator.MultiplyPlain(a, plaintext, result);
        return Rescale(result, next);
    }

    /// <summary>a times a number, at the next level or at a lower one without a further multiplication.</summary>
    /// <param name="a">The ciphertext.</param>
    /// <param name="factor">A finite number other than zero.</param>
    /// <param name="target">Where the result is wanted, below a; null for the next level.</param>
    /// <exception cref="ArgumentException">Operand, factor or level do not fit.</exception>
    /// <exception cref="InvalidOperationException">No level is left.</exception>
    public Ciphertext MultiplyConstant(Ciphertext a, double factor, Level? target = null)
    {
        Check(a);
        Level to = target ?? Below(a);
        if (!to.Parameters.Equals(Parameters) || to.ChainIndex >= a.Level.ChainIndex)
        {
            throw new ArgumentException($"a product of a ciphertext at {a.Level} cannot be at {to}; it is below", nameof(target));
        }

        // From one level above the target, with the scale that makes the result's exact: D_to q / D_a.
        Level above = Parameters.LevelAt(to.ChainIndex + 1);
        Ciphertext result = new(Parameters);
        _evaluator.ModSwitchTo(a, above, result);
        using Plaintext plaintext = new();
        _encoder.Encode(factor, above, _scales.At(to) * above.Moduli[^1].Value / a.Scale, plaintext);
        _evaluator.MultiplyPlain(result, plaintext, result);
        return Rescale(result, to);
    }

    /// <summary>a times an integer: uses no level.</summary>
    /// <exception cref="ArgumentException">Operand or integer do not fit.</exception>
    /// <exception cref="TransparentCiphertextException">The integer is zero.</exception>
    public Ciphertext MultiplyInteger(Ciphertext a, long factor)
    {
        Check(a);
        using Plaintext plaintext = new();
        _encoder.Encode(factor, a.Level, plaintext);
        Ciphertext result = new(Parameters);
        _evaluator.MultiplyPlain(a, plaintext, result);
        return result;
    }

    /// <summary>a at a lower level (or the same), with the scale of that level.</summary>
    /// <exception cref="ArgumentException">The operand does not fit, or the level is above.</exception>
    public Ciphertext LowerTo(Ciphertext a, Level level)
    {
        Check(a);
        ArgumentNullException.ThrowIfNull(level);
        return level.Matches(a.Level) ? a.Clone() : MultiplyConstant(a, 1.0, level);
    }

    /// <summary>The slots rotated to the left (negative: to the right).</summary>
    /// <exception cref="ArgumentException">The operand does not fit, or a key is missing.</exception>
    /// <exception cref="InvalidOperationException">There are no Galois keys.</exception>
    public Ciphertext Rotate(Ciphertext a, int step)
    {
        Check(a);
        Ciphertext result = new(Parameters);
        _evaluator.RotateVector(a, step, Galois(), result);
        return result;
    }

    /// <summary>The slots under each of many rotations.</summary>
    /// <exception cref="ArgumentException">The operand does not fit, or a key is missing.</exception>
    /// <exception cref="InvalidOperationException">There are no Galois keys.</exception>
    public IReadOnlyList<Ciphertext> RotateMany(Ciphertext a, IReadOnlyList<int> steps)
    {
        Check(a);
        ArgumentNullException.ThrowIfNull(steps);
        Ciphertext[] results = [.. steps.Select(_ => new Ciphertext(Parameters))];
        _evaluator.RotateMany(a, steps, Galois(), results);
        return results;
    }

    /// <summary>Every slot's complex conjugate.</summary>
    /// <exception cref="ArgumentException">The operand does not fit, or the key is missing.</exception>
    /// <exception cref="InvalidOperationException">There are no Galois keys.</exception>
    public Ciphertext Conjugate(Ciphertext a)
    {
        Check(a);
        Ciphertext result = new(Parameters);
        _evaluator.Conjugate(a, Galois(), result);
        return result;
    }

    private Level Below(Ciphertext a) => a.Level.Next
        ?? throw new InvalidOperationException(
            $"no level is left for a multiplication: the chain allows {Depth} one after the other; use a longer chain or a shallower circuit");

    private GaloisKeys Galois() => _galois ?? throw new InvalidOperationException("a rotation needs Galois keys; give them to the evaluator");

    private Ciphertext Rescale(Ciphertext product, Level next)
    {
        _evaluator.RescaleToNext(product, product);
        product.Scale = _scales.At(next);
        return product;
    }

    private (Ciphertext A, Ciphertext B) Match(Ciphertext a, Ciphertext b)
    {
        Check(a);
        Check(b);
        return a.Level.ChainIndex >= b.Level.ChainIndex
            ? (a.Level.Matches(b.Level) ? a : LowerTo(a, b.Level), b)
            : (a, LowerTo(b, a.Level));
    }

    private void Check(Ciphertext a)
    {
        ArgumentNullException.ThrowIfNull(a);
        double scale = ScaleAt(a.Level);
        if (Math.Abs(a.Scale - scale) > scale * ScaleTolerance)
        {
            throw new ArgumentException($"the ciphertext has scale {a.Scale:R}, at {a.Level} it must be {scale:R}; encode with ScaleAt", nameof(a));
        }
    }
}
