using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>Checks of plaintexts at the public doors, and the addition of a BFV message to a ciphertext.</summary>
internal static class PlainOperand
{
    /// <summary>Checks a BFV plaintext in coefficient form: at most N coefficients, each below t.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void CheckCoefficients(Plaintext plaintext, Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        if (plaintext.IsNttForm)
        {
            throw new ArgumentException("this needs a plaintext in coefficient form, it is in NTT form", nameof(plaintext));
        }

        if (plaintext.Count > parameters.PolyModulusDegree)
        {
            throw new ArgumentException($"a plaintext has at most {parameters.PolyModulusDegree} coefficients, not {plaintext.Count}", nameof(plaintext));
        }

        if (!ModularVector.AllBelow(plaintext.Words, parameters.PlainModulus))
        {
            throw new ArgumentException($"a coefficient of the plaintext is not below the plain modulus {parameters.PlainModulus}", nameof(plaintext));
        }
    }

    /// <summary>Checks a plaintext in NTT form: it is at a data level of these parameters.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void CheckValues(Plaintext plaintext, Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        if (plaintext.Level is not { } level)
        {
            throw new ArgumentException("this needs a plaintext in NTT form, it is in coefficient form", nameof(plaintext));
        }

        if (!level.Parameters.Equals(parameters) || !level.IsDataLevel)
        {
            throw new ArgumentException($"the plaintext is at {level} of {level.Parameters}, which is no data level of {parameters}", nameof(plaintext));
        }
    }

    /// <summary>c_0 = c_0 + round(q m / t), or minus.</summary>
    public static void AddScaled(Plaintext plaintext, Ciphertext ciphertext, bool subtract)
    {
        Level level = ciphertext.Level;
        int n = level.Parameters.PolyModulusDegree;
        if (plaintext.Count == n)
        {
            level.PlainScaling.AddScaled(plaintext.Words, ciphertext.Polynomial(0), subtract);
            return;
        }

        using ScratchPool.Scratch padded = level.Parameters.Scratch.Rent(n, isSecret: true);
        plaintext.Words.CopyTo(padded.Span);
        padded.Span[plaintext.Count..].Clear();
        level.PlainScaling.AddScaled(padded.Span, ciphertext.Polynomial(0), subtract);
    }
}
