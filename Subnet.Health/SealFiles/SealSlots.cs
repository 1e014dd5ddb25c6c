using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>
/// The numbers in plaintexts and ciphertexts of one parameter set: batched slots, or coefficients where t allows no batching, or
/// complex slots. BFV ciphertexts in NTT form are brought back first.
/// </summary>
internal sealed class SealSlots : IDisposable
{
    private readonly Parameters parameters;
    private readonly Decryptor decryptor;
    private readonly Evaluator evaluator;

    /// <summary>Reads with a secret key, which stays the caller's.</summary>
    public SealSlots(Parameters parameters, SecretKey key)
    {
        this.parameters = parameters;
        decryptor = new Decryptor(key);
        evaluator = parameters.Scheme == Scheme.Bfv ? new BfvEvaluator(parameters, TransparentPolicy.Allow) : new CkksEvaluator(parameters, TransparentPolicy.Allow);
    }

    /// <summary>Encodes integers as the parameters allow.</summary>
    public static void EncodeIntegers(Parameters parameters, ReadOnlySpan<ulong> values, Plaintext destination)
    {
        if (parameters.SupportsBatching)
        {
            new BatchEncoder(parameters).Encode(values, destination);
        }
        else
        {
            values.CopyTo(destination.ResizeCoefficients(values.Length));
        }
    }

    /// <summary>Encodes complex numbers at a level.</summary>
    public static void EncodeComplex(Level level, double scale, ReadOnlySpan<Complex> values, Plaintext destination) =>
        new CkksEncoder(level.Parameters).Encode(values, level, scale, destination);

    /// <summary>The integers of a plaintext.</summary>
    public ulong[] Integers(Plaintext plaintext)
    {
        ulong[] slots = new ulong[parameters.PolyModulusDegree];
        if (parameters.SupportsBatching)
        {
            new BatchEncoder(parameters).Decode(plaintext, slots);
        }
        else
        {
            plaintext.Words.CopyTo(slots);
        }

        return slots;
    }

    /// <summary>The complex numbers of a plaintext.</summary>
    public Complex[] Complex(Plaintext plaintext)
    {
        Complex[] slots = new Complex[parameters.PolyModulusDegree / 2];
        new CkksEncoder(parameters).Decode(plaintext, slots);
        return slots;
    }

    /// <summary>The integers of a ciphertext.</summary>
    public ulong[] DecryptIntegers(Ciphertext ciphertext)
    {
        using Plaintext plaintext = new();
        decryptor.Decrypt(Coefficients(ciphertext), plaintext);
        return Integers(plaintext);
    }

    /// <summary>The complex numbers of a ciphertext.</summary>
    public Complex[] DecryptComplex(Ciphertext ciphertext)
    {
        using Plaintext plaintext = new();
        decryptor.Decrypt(ciphertext, plaintext);
        return Complex(plaintext);
    }

    /// <summary>The noise budget of a ciphertext.</summary>
    public int NoiseBudget(Ciphertext ciphertext) => decryptor.InvariantNoiseBudget(Coefficients(ciphertext));

    /// <inheritdoc/>
    public void Dispose() => decryptor.Dispose();

    private Ciphertext Coefficients(Ciphertext ciphertext)
    {
        if (!ciphertext.IsNttForm)
        {
            return ciphertext;
        }

        Ciphertext coefficients = new(parameters);
        evaluator.TransformFromNtt(ciphertext, coefficients);
        return coefficients;
    }
}
