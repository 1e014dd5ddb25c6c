using System.Numerics;
using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>
/// Decrypts CKKS results that others will see. The exact decryption of a CKKS ciphertext contains its noise, and noise that is
/// published gives the secret key away (Li and Micciancio, EUROCRYPT 2021). So Gaussian noise that drowns it is added to the plaintext
/// polynomial before it is decoded, and the numbers are rounded to what is left of their precision. For oneself alone use
/// <see cref="Decryptor"/>. Safe for concurrent use if the factory is.
/// </summary>
/// <remarks>
/// The deviation is sqrt(12 q) 2^(s/2) times the bound of the error, for q published decryptions under one key and s bits of statistical
/// security (Li, Micciancio, Schultz and Sorrell, CRYPTO 2022). The bound must be a worst case for everything the key has decrypted or
/// will decrypt for publication; a bound that is too small protects nobody. Whoever chooses the ciphertexts chooses their noise: publish
/// only results of circuits and inputs that you know.
/// </remarks>
public sealed class PublicDecryptor : IDisposable
{
    /// <summary>The least statistical security that is accepted, in bits.</summary>
    public const int LeastStatisticalBits = 30;

    // Beyond this many deviations lies 2^-143 of a Gaussian.
    private const double Tail = 14;

    private readonly Decryptor _decryptor;
    private readonly CkksEncoder _encoder;
    private readonly IRandomSourceFactory _random;
    private readonly double _factor;

    /// <summary>A decryptor for publication; the key stays the caller's.</summary>
    /// <param name="secretKey">A CKKS key.</param>
    /// <param name="random">In production one that seeds itself from the operating system.</param>
    /// <param name="queries">How many decryptions under this key will ever be published, at least 1.</param>
    /// <param name="statisticalBits">s, 30 to 128.</param>
    /// <exception cref="ArgumentException">The scheme is not CKKS, or an argument is out of range.</exception>
    public PublicDecryptor(SecretKey secretKey, IRandomSourceFactory random, int queries, int statisticalBits = LeastStatisticalBits)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(statisticalBits, LeastStatisticalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statisticalBits, 128);
        _encoder = new CkksEncoder(secretKey.Parameters);
        _decryptor = new Decryptor(secretKey);
        _random = random;
        _factor = Math.Sqrt(12.0 * queries) * Math.Pow(2, statisticalBits / 2.0);
    }

    /// <summary>The standard deviation of what is added to each coefficient, for an error of at most <paramref name="errorBound"/>.</summary>
    public double Deviation(double errorBound) => _factor * errorBound;

    /// <summary>Decrypts, drowns the error, decodes and rounds.</summary>
    /// <param name="ciphertext">A result.</param>
    /// <param name="errorBound">The worst case of the error of a coefficient, as <see cref="CkksNoiseBounds"/> gives it.</param>
    /// <exception cref="ArgumentException">The ciphertext does not belong to the key, or the bound is not a positive number.</exception>
    /// <exception cref="InvalidOperationException">Noise that drowns the error does not fit the level: no digit could be published.</exception>
    public PublishedNumbers Decrypt(Ciphertext ciphertext, double errorBound)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (!double.IsFinite(errorBound) || errorBound <= 0)
        {
            throw new ArgumentException($"the error bound is a positive number, not {errorBound:R}", nameof(errorBound));
        }

        double deviation = Deviation(errorBound);
        if (Math.Log2(deviation * Tail) + 2 >= ciphertext.Level.TotalBits)
        {
            throw new InvalidOperationException(
                $"noise of 2^{Math.Log2(deviation):F1} does not fit the {ciphertext.Level.TotalBits} bits of {ciphertext.Level}; publish at a higher level or reduce the error");
        }

        using Plaintext plaintext = new();
        _decryptor.Decrypt(ciphertext, plaintext);
        AddNoise(plaintext, deviation);
        Complex[] numbers = new Complex[_encoder.SlotCount];
        _encoder.Decode(plaintext, numbers);

        // A slot sums N coefficients with factors of modulus 1; its real part has half the variance.
        double spread = deviation * Math.Sqrt(_encoder.Parameters.PolyModulusDegree / 2.0) / plaintext.Scale;
        int exponent = (int)Math.Ceiling(Math.Log2(spread));
        double unit = Math.ScaleB(1, exponent);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = new Complex(Math.Round(numbers[i].Real / unit) * unit, Math.Round(numbers[i].Imaginary / unit) * unit);
        }

        return new PublishedNumbers(numbers, -exponent, spread);
    }

    /// <inheritdoc/>
    public void Dispose() => _decryptor.Dispose();

    private void AddNoise(Plaintext plaintext, double deviation)
    {
        Level level = plaintext.Level!;
        int n = level.Parameters.PolyModulusDegree;
        using ScratchPool.Scratch scratch = level.Parameters.Scratch.Rent(2 * n, isSecret: true);
        Span<double> noise = MemoryMarshal.Cast<ulong, double>(scratch.Span[..n]);
        Span<ulong> limb = scratch.Span[n..];
        using (IRandomSource source = _random.Create())
        {
            GaussianSampler.Sample(source, deviation, noise);
        }

        // A bound instead of the largest value, which would choose the path of the reduction.
        double largest = Math.Ceiling(deviation * GaussianSampler.MaxDeviations);

        for (int i = 0; i < level.PrimeCount; i++)
        {
            LimbKernels kernels = level.Parameters.Tables(i).Kernels;
            DoubleResidue.Reduce(noise, largest, level.Moduli[i], limb);
            kernels.Forward(limb, limb);
            ModularVector.Add(plaintext.Limb(i), limb, plaintext.Limb(i), level.Moduli[i]);
        }
    }
}

/// <summary>Numbers that may be published.</summary>
/// <param name="Values">The slots, rounded.</param>
/// <param name="FractionBits">They are multiples of 2^-FractionBits (negative: of a power of two above 1).</param>
/// <param name="Deviation">The standard deviation of the noise that was added to a real or imaginary part.</param>
public sealed record PublishedNumbers(IReadOnlyList<Complex> Values, int FractionBits, double Deviation);
