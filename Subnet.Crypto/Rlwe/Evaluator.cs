using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The operations that BFV and CKKS share: negation, sums, relinearization, automorphisms, changes of form and level. Immutable
/// and safe for concurrent use; every method writes to a destination that may be one of its inputs and whose memory is reused.
/// Results are the very words of SEAL 4.1.
/// </summary>
/// <remarks>
/// Time depends on sizes and levels only, never on the encrypted values. A result that would be transparent is refused unless
/// the evaluator was made with another <see cref="TransparentPolicy"/>.
/// </remarks>
public abstract partial class Evaluator
{
    // Scales of sums may differ by the rounding of a product or quotient (seal-format 10).
    private const double ScaleTolerance = 1.0 / (1L << 52);

    private readonly EvaluatorOptions _options;

    private protected Evaluator(Parameters parameters, Scheme scheme, EvaluatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        if (parameters.Scheme != scheme)
        {
            throw new ArgumentException($"an evaluator for {scheme} does not work on {parameters}", nameof(parameters));
        }

        options.Check(parameters);
        Parameters = parameters;
        _options = options;
    }

    /// <summary>The parameters of everything it works on.</summary>
    public Parameters Parameters { get; }

    /// <summary>The vector path that the kernels use on this machine.</summary>
    public static VectorPath VectorPath => ActiveVectorPath.Current;

    /// <summary>How many threads one operation may use.</summary>
    private protected int Parallelism => _options.Parallelism;

    /// <summary>The form in which ciphertexts of this scheme are multiplied and switched.</summary>
    private protected abstract bool WorksInNttForm { get; }

    /// <summary>Checks that a ciphertext belongs to these parameters and is not empty.</summary>
    private protected void Check(Ciphertext ciphertext, string name)
    {
        ArgumentNullException.ThrowIfNull(ciphertext, name);
        if (!ReferenceEquals(ciphertext.Level.Parameters, Parameters) && !ciphertext.Level.Parameters.Equals(Parameters))
        {
            throw new ArgumentException($"the ciphertext belongs to {ciphertext.Level.Parameters}, the evaluator to {Parameters}", name);
        }

        if (!ciphertext.Level.IsDataLevel)
        {
            throw new ArgumentException($"the ciphertext is at {ciphertext.Level}, which is for keys; the first data level is {Parameters.FirstDataLevel}", name);
        }

        if (ciphertext.Size < 2)
        {
            throw new ArgumentException($"a ciphertext has at least 2 polynomials, this one has {ciphertext.Size}", name);
        }
    }

    /// <summary>Checks that a ciphertext is in the form this scheme works in.</summary>
    private protected void CheckForm(Ciphertext ciphertext, string name)
    {
        if (ciphertext.IsNttForm != WorksInNttForm)
        {
            throw new ArgumentException(
                $"{Parameters.Scheme} does this in {Form(WorksInNttForm)} form, the ciphertext is in {Form(ciphertext.IsNttForm)} form; transform it first", name);
        }
    }

    /// <summary>Checks that two ciphertexts can be added.</summary>
    private protected static void CheckAlike(Ciphertext a, Ciphertext b)
    {
        CheckSameLevel(a, b);
        if (!AreClose(a.Scale, b.Scale))
        {
            throw new ArgumentException($"the scales {a.Scale:R} and {b.Scale:R} differ; rescale or multiply by a constant to make them equal");
        }
    }

    /// <summary>Checks that two ciphertexts have one level and form.</summary>
    private protected static void CheckSameLevel(Ciphertext a, Ciphertext b)
    {
        if (!a.Level.Matches(b.Level))
        {
            throw new ArgumentException($"the ciphertexts are at {a.Level} and {b.Level}; switch one of them to the level of the other");
        }

        if (a.IsNttForm != b.IsNttForm)
        {
            throw new ArgumentException($"one ciphertext is in {Form(a.IsNttForm)} form, the other in {Form(b.IsNttForm)} form; transform one of them");
        }
    }

    /// <summary>Whether two scales count as equal.</summary>
    private protected static bool AreClose(double a, double b) =>
        Math.Abs(a - b) < ScaleTolerance * Math.Max(Math.Max(Math.Abs(a), Math.Abs(b)), 1.0);

    /// <summary>Treats a transparent result as the options say.</summary>
    private protected void CheckResult(Ciphertext result)
    {
        if (_options.Transparent == TransparentPolicy.Allow || !result.IsTransparent)
        {
            return;
        }

        if (_options.Transparent == TransparentPolicy.Throw)
        {
            throw new TransparentCiphertextException();
        }

        using TemporariesPool.Lease temporaries = Parameters.Temporaries.Rent();
        Ciphertext zero = temporaries.Set.Next();
        ZeroEncryption.Asymmetric(result.Level, _options.PublicKey!, result.IsNttForm, _options.Random!, zero);
        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int prime = 0; prime < result.Level.PrimeCount; prime++)
            {
                Span<ulong> limb = result.Limb(polynomial, prime);
                ModularVector.Add(limb, zero.Limb(polynomial, prime), limb, result.Level.Moduli[prime]);
            }
        }
    }

    /// <summary>Adds a switched polynomial, on as many threads as the options allow.</summary>
    private protected void SwitchKey(Level level, ReadOnlySpan<ulong> polynomial, bool isNtt, KeySwitchKey key, Span<ulong> c0, Span<ulong> c1)
    {
        if (Parallelism > 1)
        {
            KeySwitching.AddParallel(level, polynomial, isNtt, key, c0, c1, Parallelism);
        }
        else
        {
            KeySwitching.Add(level, polynomial, isNtt, key, c0, c1);
        }
    }

    private protected static string Form(bool isNtt) => isNtt ? "NTT" : "coefficient";

    private protected ScratchPool.Scratch Rent(int words) => Parameters.Scratch.Rent(words);
}
