namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    /// <summary>destination = an encryption of the same message with two polynomials. Works from the highest power downwards.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or a key for a power is missing.</exception>
    public void Relinearize(Ciphertext a, RelinearizationKeys keys, Ciphertext destination)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(destination);
        CheckKeys(keys.Parameters, nameof(keys));
        if (a.Size == 2)
        {
            // Nothing to do, whatever the form.
            destination.CopyFrom(a);
            CheckResult(destination);
            return;
        }

        CheckForm(a, nameof(a));
        for (int power = 2; power < a.Size; power++)
        {
            if (keys.Find(power) is null)
            {
                throw new ArgumentException(
                    $"relinearizing {a.Size} polynomials needs a key for s^{power}, the keys reach s^{keys.Count + 1}; create more or relinearize earlier", nameof(keys));
            }
        }

        int size = a.Size;
        Level level = a.Level;
        if (!ReferenceEquals(a, destination))
        {
            Shape(a, 2, destination);
            a.Words[..(2 * level.PolynomialWords)].CopyTo(destination.Words);
        }

        Span<ulong> words = destination.Words;
        for (int power = size - 1; power >= 2; power--)
        {
            SwitchKey(
                level, a.Polynomial(power), a.IsNttForm, keys.Find(power)!, words[..level.PolynomialWords], words.Slice(level.PolynomialWords, level.PolynomialWords));
        }

        destination.Resize(level, 2);
        CheckResult(destination);
    }

    private protected void CheckKeys(Parameters keyParameters, string name)
    {
        if (!Parameters.Equals(keyParameters))
        {
            throw new ArgumentException($"the keys belong to {keyParameters}, the evaluator to {Parameters}", name);
        }
    }
}
