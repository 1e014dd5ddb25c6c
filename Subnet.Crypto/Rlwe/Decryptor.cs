using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Decrypts with the secret key, whose powers it keeps until it is disposed. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Decryption takes the same time for every key and message. What is done with the result is another matter: an answer to a
/// ciphertext from outside tells about the key (a reaction attack), and a CKKS result carries the noise, which tells about the
/// key when it is published. See docs/crypto.md.
/// </remarks>
public sealed class Decryptor : IDisposable
{
    private readonly SecretKey _secretKey;
    private readonly Lock _gate = new();
    private readonly List<WordBuffer> _powers = [];
    private bool _disposed;

    /// <summary>A decryptor; the key stays the caller's.</summary>
    public Decryptor(SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        _secretKey = secretKey;
        Parameters = secretKey.Parameters;
    }

    /// <summary>The parameters of the key.</summary>
    public Parameters Parameters { get; }

    /// <summary>
    /// Decrypts. BFV: coefficients without leading zeros, at least one. CKKS: NTT form at the level of the ciphertext, with its
    /// scale.
    /// </summary>
    /// <exception cref="ArgumentException">The ciphertext does not belong to the parameters, or is in the wrong form.</exception>
    public void Decrypt(Ciphertext ciphertext, Plaintext destination)
    {
        Check(ciphertext);
        ArgumentNullException.ThrowIfNull(destination);
        Level level = ciphertext.Level;
        if (Parameters.Scheme == Scheme.Ckks)
        {
            Phase(ciphertext, destination.ResizeNtt(level, ciphertext.Scale));
            return;
        }

        using ScratchPool.Scratch phase = Parameters.Scratch.Rent(level.PolynomialWords, isSecret: true);
        Phase(ciphertext, phase.Span);
        Span<ulong> coefficients = destination.ResizeCoefficients(Parameters.PolyModulusDegree);
        level.PlainScaling.ScaleDown(phase.Span, coefficients);

        // The length is part of the message, as in SEAL; at least one coefficient stays, without a branch on the length.
        int significant = SignificantLength.Of(coefficients);
        destination.Shorten(significant | ((significant - 1) >>> 31));
    }

    /// <summary>
    /// The invariant noise budget of a BFV ciphertext in bits: how far the noise is from the size at which decryption fails. It is
    /// never negative; 0 means that the message is lost.
    /// </summary>
    /// <remarks>
    /// A diagnosis for ciphertexts of one's own. For a ciphertext from outside the answer depends on the secret key in a way that
    /// its maker chooses, and it can be positive although an overflow has happened: never report it to anyone else. Takes time that
    /// depends on the noise.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The scheme is not BFV.</exception>
    /// <exception cref="ArgumentException">The ciphertext does not belong to the parameters, or is in the wrong form.</exception>
    public int InvariantNoiseBudget(Ciphertext ciphertext)
    {
        Check(ciphertext);
        if (Parameters.Scheme != Scheme.Bfv)
        {
            throw new InvalidOperationException("only BFV has a noise budget; a CKKS result is approximate from the start");
        }

        return Math.Max(0, ciphertext.Level.TotalBits - (int)ScaledNoise(ciphertext).GetBitLength() - 1);
    }

    /// <summary>
    /// The largest coefficient of [t phase]_q in absolute value: t times the noise. A diagnosis like
    /// <see cref="InvariantNoiseBudget"/>, with the same warning.
    /// </summary>
    internal BigInteger ScaledNoise(Ciphertext ciphertext)
    {
        Level level = ciphertext.Level;
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch phase = Parameters.Scratch.Rent(level.PolynomialWords, isSecret: true);
        Phase(ciphertext, phase.Span);
        BigInteger largest = BigInteger.Zero;
        BigInteger[] factors = [.. Enumerable.Range(0, level.PrimeCount).Select(i => CrtFactor(level, i))];
        for (int k = 0; k < n; k++)
        {
            BigInteger value = BigInteger.Zero;
            for (int i = 0; i < factors.Length; i++)
            {
                value += factors[i] * phase.Span[(i * n) + k];
            }

            value = value * Parameters.PlainModulus % level.Product;
            value = BigInteger.Min(value, level.Product - value);
            largest = BigInteger.Max(largest, value);
        }

        return largest;
    }

    /// <summary>Wipes the powers of the key that were kept; the key itself stays.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (WordBuffer power in _powers)
            {
                power.Clear();
            }

            _powers.Clear();
            _disposed = true;
        }
    }

    /// <summary>c_0 + c_1 s + c_2 s^2 + ..., in the form of the ciphertext.</summary>
    internal void Phase(Ciphertext ciphertext, Span<ulong> phase)
    {
        Level level = ciphertext.Level;
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch work = Parameters.Scratch.Rent(2 * n, isSecret: true);
        Span<ulong> term = work.Span[..n];
        Span<ulong> sum = work.Span[n..];
        for (int i = 0; i < level.PrimeCount; i++)
        {
            LimbKernels kernels = Parameters.Tables(i).Kernels;
            Span<ulong> limb = phase.Slice(i * n, n);
            for (int j = 1; j < ciphertext.Size; j++)
            {
                ReadOnlySpan<ulong> c = ciphertext.Limb(j, i);
                if (!ciphertext.IsNttForm)
                {
                    kernels.Forward(c, term);
                    c = term;
                }

                ReadOnlySpan<ulong> power = Power(j).Slice(i * n, n);
                if (j == 1)
                {
                    kernels.Multiply(c, power, sum);
                }
                else
                {
                    kernels.MultiplyAdd(c, power, sum);
                }
            }

            if (!ciphertext.IsNttForm)
            {
                kernels.Inverse(sum, sum);
            }

            ModularVector.Add(sum, ciphertext.Limb(0, i), limb, level.Moduli[i]);
        }
    }

    private static BigInteger CrtFactor(Level level, int prime)
    {
        Modulus q = level.Moduli[prime];
        BigInteger punctured = level.Product / q.Value;
        return punctured * q.Invert((ulong)(punctured % q.Value));
    }

    /// <summary>s^exponent as transform values modulo all primes, kept for the next time.</summary>
    internal ReadOnlySpan<ulong> Power(int exponent)
    {
        if (exponent == 1)
        {
            return _secretKey.Words;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int n = Parameters.PolyModulusDegree;
            while (_powers.Count < exponent - 1)
            {
                ReadOnlySpan<ulong> previous = _powers.Count == 0 ? _secretKey.Words : _powers[^1].Span;
                WordBuffer next = new(previous.Length);
                for (int i = 0; i < Parameters.Moduli.Length; i++)
                {
                    Parameters.Tables(i).Kernels.Multiply(previous.Slice(i * n, n), _secretKey.Limb(i), next.Span.Slice(i * n, n));
                }

                _powers.Add(next);
            }

            return _powers[exponent - 2].Span;
        }
    }

    private void Check(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (!ciphertext.Level.Parameters.Equals(Parameters) || !ciphertext.Level.IsDataLevel)
        {
            throw new ArgumentException(
                $"the ciphertext is at {ciphertext.Level} of {ciphertext.Level.Parameters}, the key belongs to {Parameters}", nameof(ciphertext));
        }

        if (ciphertext.Size < 2)
        {
            throw new ArgumentException($"a ciphertext has at least 2 polynomials, this one has {ciphertext.Size}", nameof(ciphertext));
        }

        bool expected = Parameters.Scheme == Scheme.Ckks;
        if (ciphertext.IsNttForm != expected)
        {
            throw new ArgumentException(
                $"{Parameters.Scheme} decrypts {(expected ? "NTT" : "coefficient")} form, the ciphertext is in the other; transform it first", nameof(ciphertext));
        }
    }
}
