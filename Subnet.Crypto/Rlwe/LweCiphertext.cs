using System.Collections.Immutable;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// One coefficient of a ciphertext as a learning-with-errors sample: body + (mask, s) is the phase of that coefficient, s the
/// coefficients of the secret key. N + 1 words. Whoever decrypts it learns this coefficient and nothing of the others.
/// </summary>
public sealed record LweCiphertext
{
    /// <summary>Takes over a sample.</summary>
    /// <exception cref="ArgumentException">The mask has not N words, or a word is not below the modulus.</exception>
    public LweCiphertext(Parameters parameters, ImmutableArray<ulong> mask, ulong body)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Modulus q = parameters.Moduli[0];
        if (mask.IsDefault || mask.Length != parameters.PolyModulusDegree)
        {
            throw new ArgumentException($"the mask of a sample has {parameters.PolyModulusDegree} words, not {(mask.IsDefault ? 0 : mask.Length)}", nameof(mask));
        }

        if (body >= q.Value || !ModularVector.AllBelow(mask.AsSpan(), q.Value))
        {
            throw new ArgumentException($"a word of the sample is not below its modulus {q}", nameof(mask));
        }

        Parameters = parameters;
        Mask = mask;
        Body = body;
    }

    /// <summary>The parameters; the modulus is their first prime.</summary>
    public Parameters Parameters { get; }

    /// <summary>N words.</summary>
    public ImmutableArray<ulong> Mask { get; }

    /// <summary>The last word.</summary>
    public ulong Body { get; }

    /// <summary>
    /// Extracts a coefficient: mask_i = c_1[o - i] for i up to o and -c_1[N + o - i] above, body = c_0[o].
    /// </summary>
    /// <param name="ciphertext">Two polynomials in coefficient form at the level of one prime.</param>
    /// <param name="coefficient">o, below N.</param>
    /// <exception cref="ArgumentException">The ciphertext is not of this form.</exception>
    public static LweCiphertext Extract(Ciphertext ciphertext, int coefficient)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        Parameters parameters = ciphertext.Level.Parameters;
        int n = parameters.PolyModulusDegree;
        if (ciphertext.Size != 2 || ciphertext.IsNttForm || ciphertext.Level.PrimeCount != 1)
        {
            throw new ArgumentException(
                $"extraction needs 2 polynomials in coefficient form at a level of one prime, not {ciphertext.Size} at {ciphertext.Level}; relinearize and switch to the last level first",
                nameof(ciphertext));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)coefficient, (uint)n, nameof(coefficient));
        Modulus q = parameters.Moduli[0];
        Span<ulong> c1 = ciphertext.Limb(1, 0);
        ulong[] mask = new ulong[n];
        for (int i = 0; i < n; i++)
        {
            mask[i] = i <= coefficient ? c1[coefficient - i] : q.Negate(c1[n + coefficient - i]);
        }

        return new LweCiphertext(parameters, ImmutableArray.Create(mask), ciphertext.Limb(0, 0)[coefficient]);
    }

    /// <summary>The message of the coefficient, modulo t (BFV). Constant time.</summary>
    /// <exception cref="ArgumentException">The key belongs to other parameters, or the scheme is not BFV.</exception>
    public ulong Decrypt(SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        if (!secretKey.Parameters.Equals(Parameters) || Parameters.Scheme != Scheme.Bfv)
        {
            throw new ArgumentException($"the sample belongs to {Parameters}, the key to {secretKey.Parameters}; both must be the same BFV parameters", nameof(secretKey));
        }

        int n = Parameters.PolyModulusDegree;
        Modulus q = Parameters.Moduli[0];
        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(n, isSecret: true);
        Parameters.Tables(0).Kernels.Inverse(secretKey.Limb(0), scratch.Span);
        ulong phase = Body;
        for (int i = 0; i < n; i++)
        {
            phase = q.Reduce(((UInt128)Mask[i] * scratch.Span[i]) + phase);
        }

        // round(t phase / q) mod t.
        ulong high = Math.BigMul(phase, Parameters.PlainModulus, out ulong low);
        UInt128 rounded = new UInt128(high, low) + (q.Value / 2);
        ulong quotient = q.DivRem((ulong)(rounded >> 64), (ulong)rounded, out _);
        return new Modulus(Parameters.PlainModulus).Reduce(quotient);
    }
}
