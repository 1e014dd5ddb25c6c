namespace Subnet.Crypto.Rlwe;

/// <summary>
/// What is known of the noise of a BFV ciphertext without the secret key: a bound that no honest input exceeds, and the
/// variance of a coefficient as it is predicted for independent coefficients (parameters 3).
/// </summary>
/// <param name="WorstCase">The bound on the absolute value.</param>
/// <param name="Variance">The predicted variance.</param>
public readonly record struct NoiseLevel(double WorstCase, double Variance)
{
    /// <summary>
    /// How many predicted standard deviations the privacy bound holds: 14, and a factor of 4.5 for what the prediction neglects.
    /// </summary>
    public const double PrivacyDeviations = 64;

    /// <summary>What <see cref="PrivacyDeviations"/> allows for an error of the prediction.</summary>
    public const double PredictionSlack = 4.5;

    /// <summary>Root of the predicted mean square.</summary>
    public double RootMeanSquare => Math.Sqrt(Variance);

    /// <summary>
    /// B: what flooding has to drown. 64 standard deviations, 2^-143 per coefficient and side, or the worst case where that is smaller.
    /// </summary>
    public double PrivacyBound => Math.Min(WorstCase, PrivacyDeviations * RootMeanSquare);
}
