using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// The operations on CKKS ciphertexts, word for word those of SEAL 4.1. Scales are the caller's business here: products multiply
/// them, rescaling divides them, and sums of different scales are refused. Immutable and safe for concurrent use.
/// </summary>
public sealed partial class CkksEvaluator : Evaluator
{
    /// <summary>An evaluator for CKKS parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="policy">What to do with transparent results.</param>
    /// <exception cref="ArgumentException">The scheme is not CKKS.</exception>
    public CkksEvaluator(Parameters parameters, TransparentPolicy policy = TransparentPolicy.Throw)
        : this(parameters, new EvaluatorOptions { Transparent = policy })
    {
    }

    /// <summary>An evaluator for CKKS parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">What to do with transparent results, how many threads to use.</param>
    /// <exception cref="ArgumentException">The scheme is not CKKS, or the options do not fit.</exception>
    public CkksEvaluator(Parameters parameters, EvaluatorOptions options)
        : base(parameters, Scheme.Ckks, options)
    {
    }

    private protected override bool WorksInNttForm => true;

    /// <summary>Rotates the slots to the left by a number of steps (negative: to the right), absolute value below N/2.</summary>
    /// <exception cref="ArgumentException">Something does not fit, or a key is missing.</exception>
    public void RotateVector(Ciphertext a, int step, GaloisKeys keys, Ciphertext destination) => Rotate(a, step, keys, destination);

    /// <summary>
    /// Rotates the slots by each of many steps: word for word what <see cref="RotateVector"/> gives for each, with the costly part of the
    /// rotations done once.
    /// </summary>
    /// <param name="a">A ciphertext of two polynomials.</param>
    /// <param name="steps">To the left, or negative to the right; absolute values below N/2.</param>
    /// <param name="keys">A key for each step; steps without one are composed of powers of two and are slower.</param>
    /// <param name="destinations">One for each step, all different; one of them may be a.</param>
    /// <exception cref="ArgumentException">Something does not fit, or a key is missing.</exception>
    public void RotateMany(Ciphertext a, IReadOnlyList<int> steps, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations) =>
        RotateEach(a, steps, keys, destinations);

    /// <summary>Replaces every slot by its complex conjugate.</summary>
    /// <exception cref="ArgumentException">Something does not fit, or the key for element 2N - 1 is missing.</exception>
    public void Conjugate(Ciphertext a, GaloisKeys keys, Ciphertext destination) =>
        ApplyGalois(a, GaloisElement.FromStep(Parameters, 0), keys, destination);

    private static void CheckScale(double scale, Level level)
    {
        if (!CkksScale.IsWithin(scale, level, slack: 0))
        {
            throw new ArgumentException(
                $"the product would have scale 2^{Math.Log2(scale):F1}, {level} carries at most {level.TotalBits} bits; rescale the factors first");
        }
    }
}
