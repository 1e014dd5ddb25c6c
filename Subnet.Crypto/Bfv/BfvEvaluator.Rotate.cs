using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>
    /// Rotates both rows of slots to the left by a number of steps (negative: to the right), absolute value below N/2. Where there is
    /// no key for the step, the keys of powers of two are used one after the other.
    /// </summary>
    /// <exception cref="ArgumentException">Something does not fit, or a key is missing.</exception>
    public void RotateRows(Ciphertext a, int step, GaloisKeys keys, Ciphertext destination)
    {
        CheckBatching();
        Rotate(a, step, keys, destination);
    }

    /// <summary>
    /// Rotates both rows of slots by each of many steps: word for word what <see cref="RotateRows"/> gives for each, with the costly part of
    /// the rotations done once.
    /// </summary>
    /// <param name="a">A ciphertext of two polynomials.</param>
    /// <param name="steps">To the left, or negative to the right; absolute values below N/2.</param>
    /// <param name="keys">A key for each step; steps without one are composed of powers of two and are slower.</param>
    /// <param name="destinations">One for each step, all different; one of them may be a.</param>
    /// <exception cref="ArgumentException">Something does not fit, or a key is missing.</exception>
    public void RotateMany(Ciphertext a, IReadOnlyList<int> steps, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        CheckBatching();
        RotateEach(a, steps, keys, destinations);
    }

    /// <summary>Exchanges the two rows of slots.</summary>
    /// <exception cref="ArgumentException">Something does not fit, or the key for element 2N - 1 is missing.</exception>
    public void RotateColumns(Ciphertext a, GaloisKeys keys, Ciphertext destination)
    {
        CheckBatching();
        ApplyGalois(a, GaloisElement.FromStep(Parameters, 0), keys, destination);
    }

    private void CheckBatching()
    {
        if (!Parameters.SupportsBatching)
        {
            throw new InvalidOperationException($"{Parameters} has no slots to rotate; batching needs a prime plain modulus that is 1 modulo 2N");
        }
    }
}
