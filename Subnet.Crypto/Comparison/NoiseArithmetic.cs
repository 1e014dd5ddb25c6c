using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// Scoring circuits on noise estimates, by the rules of parameters 1 (worst case) and 3 (root mean square): what a circuit may cost is computed from the circuit itself, so
/// it cannot differ from what is evaluated. Immutable.
/// </summary>
/// <remarks>
/// Beside those rules a product at depth d counts d + 1 times: its noise carries the (d+1)-th power of the secret, whose coefficients are not as independent as the rules take
/// them to be (the square mean of s^k grows as k!). Without it the prediction falls two bits below what the deepest circuit measures.
/// </remarks>
internal sealed class NoiseArithmetic : IScoringArithmetic<NoiseEstimate>
{
    private const double Noise = 21;
    private const double NoiseVariance = 10.5;

    private readonly double degree;
    private readonly double logPlain;
    private readonly double logModulus;
    private readonly NoiseEstimate keySwitch;

    /// <summary>Rules for a set's parameters.</summary>
    public NoiseArithmetic(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        degree = parameters.PolyModulusDegree;
        logPlain = Math.Log2(parameters.PlainModulus);
        logModulus = parameters.FirstDataLevel.Product.GetBitLength();
        int digits = parameters.FirstDataLevel.PrimeCount;
        ulong largest = 0;
        foreach (Lattice.Modulus q in parameters.FirstDataLevel.Moduli)
        {
            largest = Math.Max(largest, q.Value);
        }

        double ratio = largest / (double)parameters.Moduli[^1].Value;
        double variance = (digits * degree * NoiseVariance * ratio * ratio / 3) + ((1 + (2 * degree / 3)) / 12);
        double worst = (Noise * digits * degree * ratio) + ((degree + 1) / 2);
        keySwitch = new NoiseEstimate(Math.Log2(variance) / 2, Math.Log2(worst), 0);
        Zero = new NoiseEstimate(Math.Log2(NoiseVariance * (1 + (4 * degree / 3))) / 2, Math.Log2(Noise * ((2 * degree) + 1)), 0);
        Input = Add(new NoiseEstimate(Math.Log2(NoiseVariance) / 2, Math.Log2(Noise + 0.5), 0), Zero);
    }

    /// <summary>Enc_pk(0) at the data modulus.</summary>
    public NoiseEstimate Zero { get; }

    /// <summary>An input from the secret key, re-randomised.</summary>
    public NoiseEstimate Input { get; }

    /// <inheritdoc/>
    public NoiseEstimate Add(NoiseEstimate a, NoiseEstimate b) =>
        new(NoiseEstimate.LogSum(2 * a.LogSigma, 2 * b.LogSigma) / 2, NoiseEstimate.LogSum(a.LogWorst, b.LogWorst), Math.Max(a.Depth, b.Depth));

    /// <inheritdoc/>
    public NoiseEstimate Subtract(NoiseEstimate a, NoiseEstimate b) => Add(a, b);

    /// <inheritdoc/>
    public NoiseEstimate Multiply(NoiseEstimate a, NoiseEstimate b)
    {
        // (v1² + v2²) N t² (1 + 2N/3) / 6, twice that for a square; worst N t (N + 4)(v1 + v2) + N (t/q) v1 v2 + (1 + N + N²)/2.
        double variance = NoiseEstimate.LogSum(2 * a.LogSigma, 2 * b.LogSigma) + Math.Log2(degree * (1 + (2 * degree / 3)) / 6) + (2 * logPlain);
        double linear = NoiseEstimate.LogSum(a.LogWorst, b.LogWorst) + Math.Log2(degree * (degree + 4)) + logPlain;
        double mixed = a.LogWorst + b.LogWorst + Math.Log2(degree) + logPlain - (logModulus - 1);
        double rounding = Math.Log2((1 + degree + (degree * degree)) / 2);
        double worst = NoiseEstimate.LogSum(NoiseEstimate.LogSum(linear, mixed), rounding);
        int depth = Math.Max(a.Depth, b.Depth) + 1;
        variance += (ReferenceEquals(a, b) ? 1 : 0) + Math.Log2(depth + 1);
        return Add(new NoiseEstimate(variance / 2, worst, depth), keySwitch);
    }

    /// <inheritdoc/>
    public NoiseEstimate Scale(NoiseEstimate a, ulong factor)
    {
        double size = Math.Log2(Math.Max(1, factor));
        return a with { LogSigma = a.LogSigma + size, LogWorst = a.LogWorst + size };
    }

    /// <inheritdoc/>
    public NoiseEstimate Combine(ReadOnlySpan<NoiseEstimate> terms, ReadOnlySpan<ulong> factors)
    {
        NoiseEstimate? sum = null;
        for (int i = 0; i < terms.Length; i++)
        {
            if (factors[i] != 0)
            {
                NoiseEstimate term = Scale(terms[i], factors[i]);
                sum = sum is null ? term : Add(sum, term);
            }
        }

        return sum ?? throw new ArgumentException("a combination has a factor that is not 0", nameof(factors));
    }

    /// <inheritdoc/>
    public NoiseEstimate Negate(NoiseEstimate a) => a;

    /// <summary>A scalar uniform on [0, t): t²/3 in the square mean, t at worst.</summary>
    public NoiseEstimate ScaleUniform(NoiseEstimate a) =>
        a with { LogSigma = a.LogSigma + logPlain - (Math.Log2(3) / 2), LogWorst = a.LogWorst + logPlain };

    /// <summary>A batch-encoded plaintext: N t²/12 in the square mean, norm N t/2 at worst.</summary>
    public NoiseEstimate MultiplyBatch(NoiseEstimate a) =>
        a with { LogSigma = a.LogSigma + logPlain + ((Math.Log2(degree) - Math.Log2(12)) / 2), LogWorst = a.LogWorst + logPlain + Math.Log2(degree) - 1 };

    /// <inheritdoc/>
    public NoiseEstimate AddConstant(NoiseEstimate a, ulong constant) => a;
}
