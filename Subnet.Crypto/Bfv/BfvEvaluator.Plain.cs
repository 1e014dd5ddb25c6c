using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>destination = a + plaintext.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or a coefficient is not below t.</exception>
    public void AddPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination) => AddPlain(a, plaintext, destination, subtract: false);

    /// <summary>destination = a - plaintext.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or a coefficient is not below t.</exception>
    public void SubtractPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination) => AddPlain(a, plaintext, destination, subtract: true);

    /// <summary>
    /// destination = a times plaintext, in the form of a. Both in NTT form at one level: limb by limb; where one of them is in NTT form, the other is
    /// transformed first. Both in coefficient form: the plaintext is taken with centred coefficients. A plaintext with exactly one non-zero
    /// coefficient shifts and scales without a transform; where every prime is above t its coefficient is then taken in [0, t) as SEAL does (the
    /// same message, other words).
    /// </summary>
    /// <exception cref="ArgumentException">Parameters or level do not fit, or a coefficient is not below t.</exception>
    /// <exception cref="TransparentCiphertextException">The plaintext is zero, so anyone could read the result.</exception>
    public void MultiplyPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(destination);
        if (a.IsNttForm && !plaintext.IsNttForm)
        {
            using Plaintext values = new();
            TransformToNtt(plaintext, a.Level, values);
            MultiplyPlainNtt(a, values, destination);
            return;
        }

        if (plaintext.IsNttForm)
        {
            CheckLevel(a, plaintext);
            if (a.IsNttForm)
            {
                MultiplyPlainNtt(a, plaintext, destination);
                return;
            }

            TransformToNtt(a, destination);
            MultiplyPlainNtt(destination, plaintext, destination);
            TransformFromNtt(destination, destination);
            return;
        }

        PlainOperand.CheckCoefficients(plaintext, Parameters);
        int power = plaintext.Words.IndexOfAnyExcept(0UL);
        Shape(a, a.Size, destination);
        if (power >= 0 && plaintext.Words[(power + 1)..].IndexOfAnyExcept(0UL) < 0)
        {
            MultiplyMonomial(a, plaintext.Words[power], power, destination);
        }
        else
        {
            MultiplyPolynomial(a, plaintext, destination);
        }

        CheckResult(destination);
    }

    /// <summary>destination = the plaintext with centred coefficients in NTT form at a level, ready to be multiplied by many ciphertexts.</summary>
    /// <exception cref="ArgumentException">The plaintext is not one of these parameters in coefficient form, or the level is none of theirs.</exception>
    public void TransformToNtt(Plaintext plaintext, Level level, Plaintext destination)
    {
        PlainOperand.CheckCoefficients(plaintext, Parameters);
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(destination);
        if (!level.Parameters.Equals(Parameters) || !level.IsDataLevel)
        {
            throw new ArgumentException($"{level} is no data level of {Parameters}", nameof(level));
        }

        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch coefficients = Rent(n);
        Pad(plaintext, coefficients.Span);
        Span<ulong> words = destination.ResizeNtt(level, 1.0);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Span<ulong> limb = words.Slice(i * n, n);
            LimbKernels kernels = Parameters.Tables(i).Kernels;
            kernels.LiftCentred(coefficients.Span, new Modulus(Parameters.PlainModulus), limb);
            kernels.Forward(limb, limb);
        }
    }

    private void AddPlain(Ciphertext a, Plaintext plaintext, Ciphertext destination, bool subtract)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        PlainOperand.CheckCoefficients(plaintext, Parameters);
        ArgumentNullException.ThrowIfNull(destination);
        destination.CopyFrom(a);
        PlainOperand.AddScaled(plaintext, destination, subtract);
        CheckResult(destination);
    }

    private void CheckLevel(Ciphertext a, Plaintext plaintext)
    {
        PlainOperand.CheckValues(plaintext, Parameters);
        if (!plaintext.Level!.Matches(a.Level))
        {
            throw new ArgumentException($"the ciphertext is at {a.Level}, the plaintext at {plaintext.Level}; transform the plaintext for the level of the ciphertext");
        }
    }

    private void MultiplyPlainNtt(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        Shape(a, a.Size, destination);
        for (int i = 0; i < a.Size; i++)
        {
            for (int prime = 0; prime < a.Level.PrimeCount; prime++)
            {
                Parameters.Tables(prime).Kernels.Multiply(a.Limb(i, prime), plaintext.Limb(prime), destination.Limb(i, prime));
            }
        }

        CheckResult(destination);
    }

    private void MultiplyPolynomial(Ciphertext a, Plaintext plaintext, Ciphertext destination)
    {
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch scratch = Rent(2 * n);
        Span<ulong> coefficients = scratch.Span[..n];
        Span<ulong> values = scratch.Span[n..];
        Pad(plaintext, coefficients);
        for (int prime = 0; prime < a.Level.PrimeCount; prime++)
        {
            LimbKernels kernels = Parameters.Tables(prime).Kernels;
            kernels.LiftCentred(coefficients, new Modulus(Parameters.PlainModulus), values);
            kernels.ForwardWorking(values, values);
            for (int i = 0; i < a.Size; i++)
            {
                kernels.Convolve(a.Limb(i, prime), values, destination.Limb(i, prime));
            }
        }
    }

    // c X^power: coefficient k goes to k + power, with a change of sign past N.
    private void MultiplyMonomial(Ciphertext a, ulong coefficient, int power, Ciphertext destination)
    {
        int n = Parameters.PolyModulusDegree;
        ulong t = Parameters.PlainModulus;
        bool fastPlainLift = true;
        foreach (Modulus q in a.Level.Moduli)
        {
            fastPlainLift &= q.Value > t;
        }

        bool negative = !fastPlainLift && coefficient >= (t + 1) / 2;
        using ScratchPool.Scratch scratch = Rent(n);
        for (int prime = 0; prime < a.Level.PrimeCount; prime++)
        {
            Modulus q = a.Level.Moduli[prime];
            ulong factor = negative ? q.Negate(q.Reduce(t - coefficient)) : q.Reduce(coefficient);
            LimbKernels kernels = Parameters.Tables(prime).Kernels;
            for (int i = 0; i < a.Size; i++)
            {
                Span<ulong> limb = destination.Limb(i, prime);
                kernels.MultiplyScalar(a.Limb(i, prime), factor, scratch.Span);
                scratch.Span[..(n - power)].CopyTo(limb[power..]);
                ModularVector.Negate(scratch.Span[(n - power)..], limb[..power], q);
            }
        }
    }

    private static void Pad(Plaintext plaintext, Span<ulong> coefficients)
    {
        plaintext.Words.CopyTo(coefficients);
        coefficients[plaintext.Count..].Clear();
    }
}
