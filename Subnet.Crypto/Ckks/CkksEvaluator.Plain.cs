using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

public sealed partial class CkksEvaluator
{
    /// <summary>destination = a + plaintext.</summary>
    /// <exception cref="ArgumentException">Parameters, level, form or scale differ; the message names both.</exception>
    public void AddPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination) => AddPlain(a, plaintext, destination, subtract: false);

    /// <summary>destination = a - plaintext.</summary>
    /// <exception cref="ArgumentException">Parameters, level, form or scale differ; the message names both.</exception>
    public void SubtractPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination) => AddPlain(a, plaintext, destination, subtract: true);

    /// <summary>destination = a times plaintext, with the product of the scales and in the form of a.</summary>
    /// <exception cref="ArgumentException">Parameters or level do not fit, or the scale would outgrow the level.</exception>
    /// <exception cref="TransparentCiphertextException">The plaintext is zero, so anyone could read the result.</exception>
    public void MultiplyPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        CheckLevel(a, plaintext, destination);
        double scale = a.Scale * plaintext.Scale;
        CheckScale(scale, a.Level);
        bool inCoefficients = !a.IsNttForm;
        Ciphertext factor = a;
        if (inCoefficients)
        {
            TransformToNtt(a, destination);
            factor = destination;
        }

        Shape(factor, factor.Size, destination);
        for (int i = 0; i < factor.Size; i++)
        {
            for (int prime = 0; prime < factor.Level.PrimeCount; prime++)
            {
                Parameters.Tables(prime).Kernels.Multiply(factor.Limb(i, prime), plaintext.Limb(prime), destination.Limb(i, prime));
            }
        }

        destination.Scale = scale;
        CheckResult(destination);
        if (inCoefficients)
        {
            TransformFromNtt(destination, destination);
        }
    }

    private void AddPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination, bool subtract)
    {
        CheckPlain(a, plaintext, destination);
        if (!AreClose(a.Scale, plaintext.Scale))
        {
            throw new ArgumentException(
                $"the scales {a.Scale:R} of the ciphertext and {plaintext.Scale:R} of the plaintext differ; encode the plaintext with the scale of the ciphertext");
        }

        Shape(a, a.Size, destination);
        for (int prime = 0; prime < a.Level.PrimeCount; prime++)
        {
            Span<ulong> limb = destination.Limb(0, prime);
            if (subtract)
            {
                ModularVector.Subtract(a.Limb(0, prime), plaintext.Limb(prime), limb, a.Level.Moduli[prime]);
            }
            else
            {
                ModularVector.Add(a.Limb(0, prime), plaintext.Limb(prime), limb, a.Level.Moduli[prime]);
            }
        }

        int words = a.Level.PolynomialWords;
        if (!ReferenceEquals(a, destination))
        {
            a.Words[words..].CopyTo(destination.Words[words..]);
        }

        CheckResult(destination);
    }

    private void CheckPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        CheckLevel(a, plaintext, destination);
    }

    private void CheckLevel(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        Check(a, nameof(a));
        PlainOperand.CheckValues(plaintext, Parameters);
        ArgumentNullException.ThrowIfNull(destination);
        if (!plaintext.Level!.Matches(a.Level))
        {
            throw new ArgumentException($"the ciphertext is at {a.Level}, the plaintext at {plaintext.Level}; encode for the level of the ciphertext or switch the plaintext");
        }
    }
}
