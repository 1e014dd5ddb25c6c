using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Rounded Gaussian noise by the method of Box and Muller (1958). Logarithm, sine and cosine are polynomials over the whole range, since
/// those of the runtime look into tables and branch by their argument: here no branch and no index depends on what is drawn.
/// </summary>
internal static class GaussianSampler
{
    /// <summary>No value is beyond so many deviations: sqrt(-2 ln 2^-53) is below 8.58.</summary>
    public const double MaxDeviations = 8.6;

    private const int FractionBits = 53;
    private const int MantissaBits = 52;
    private const long ExponentBias = 1023;

    // 1/3, 1/5, ... of the logarithm's series, which ends below 2^-53 for |s| at most (sqrt 2 - 1)^2.
    private const int LogarithmTerms = 10;

    // Up to the powers 29 and 28: beyond, pi^k / k! is below 2^-54.
    private const int TrigonometricTerms = 14;

    /// <summary>Fills with integers of mean 0 and a standard deviation.</summary>
    /// <param name="source">16 bytes for two values, the last value of an odd number alone.</param>
    /// <param name="deviation">Positive; results are below <see cref="MaxDeviations"/> times this.</param>
    /// <param name="noise">Receives integers.</param>
    public static void Sample(IRandomSource source, double deviation, Span<double> noise)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        for (int i = 0; i < noise.Length; i += 2)
        {
            source.Fill(bytes);
            double first = (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> (64 - FractionBits)) + 1;
            double second = BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]) >> (64 - FractionBits);
            double radius = deviation * Math.Sqrt(Math.Abs(2 * (Logarithm(first) - (FractionBits * Ln2))));

            // The circle from -pi to pi.
            (double sine, double cosine) = SineAndCosine(((second * (1.0 / (1L << FractionBits))) - 0.5) * (2 * Math.PI));
            noise[i] = Math.Round(radius * cosine);
            if (i + 1 < noise.Length)
            {
                noise[i + 1] = Math.Round(radius * sine);
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    private const double Ln2 = 0.693147180559945309417232121458;

    /// <summary>ln x for a normal x of at least 1: x = 2^e m, and with s = (m - sqrt 2) / (m + sqrt 2), ln m = ln sqrt 2 + 2 (s + s^3/3 + ...).</summary>
    internal static double Logarithm(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        double exponent = (bits >> MantissaBits) - ExponentBias;
        double mantissa = BitConverter.Int64BitsToDouble((bits & ((1L << MantissaBits) - 1)) | (ExponentBias << MantissaBits));
        const double Root = 1.41421356237309504880168872421;
        double s = (mantissa - Root) / (mantissa + Root);
        double square = s * s;
        double sum = 1.0 / ((2 * LogarithmTerms) + 1);
        for (int k = LogarithmTerms - 1; k >= 0; k--)
        {
            sum = (sum * square) + (1.0 / ((2 * k) + 1));
        }

        return ((exponent + 0.5) * Ln2) + (2 * s * sum);
    }

    /// <summary>sin x and cos x for |x| at most pi.</summary>
    internal static (double Sine, double Cosine) SineAndCosine(double x)
    {
        double square = x * x;
        double sine = 1;
        double cosine = 1;
        for (int k = TrigonometricTerms; k >= 1; k--)
        {
            sine = 1 - (square * sine / ((2 * k) * ((2 * k) + 1)));
            cosine = 1 - (square * cosine / ((2 * k) * ((2 * k) - 1)));
        }

        return (x * sine, cosine);
    }
}
