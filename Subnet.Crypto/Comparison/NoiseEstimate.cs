namespace Subnet.Crypto.Comparison;

/// <summary>
/// What is known of a ciphertext's noise without a key (parameters 3): the root-mean-square prediction sigma per coefficient, from independent coefficients, and the worst
/// case W over every honest input. Both as logarithms to base 2, since products leave the range of doubles. Immutable.
/// </summary>
/// <param name="LogSigma">log2 of sigma.</param>
/// <param name="LogWorst">log2 of W.</param>
/// <param name="Depth">Ciphertext products behind it, along the longest way: the power of the secret that its noise carries.</param>
public sealed record NoiseEstimate(double LogSigma, double LogWorst, int Depth)
{
    /// <summary>log2 of the privacy bound B = 64 sigma: 14 standard deviations, times 4.5 for what the model neglects.</summary>
    public double LogPrivacyBound => 6 + LogSigma;

    /// <summary>log2(2^a + 2^b).</summary>
    internal static double LogSum(double a, double b) => Math.Max(a, b) + Math.Log2(1 + Math.Pow(2, -Math.Abs(a - b)));

    /// <summary>The larger of two estimates, part by part.</summary>
    internal static NoiseEstimate Largest(NoiseEstimate a, NoiseEstimate b) =>
        new(Math.Max(a.LogSigma, b.LogSigma), Math.Max(a.LogWorst, b.LogWorst), Math.Max(a.Depth, b.Depth));
}
