namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>The error function and its inverse, to single precision and better.</summary>
internal static class ErrorFunction
{
    /// <summary>2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
    public static double Erf(double x) => double.IsNaN(x) ? double.NaN : MathNet.Numerics.SpecialFunctions.Erf(x);

    /// <summary>
    /// The post-transform PROBIT, sqrt(2) erfinv(2 p - 1), by the closed form that ONNX Runtime uses: it is off the true quantile
    /// by up to 0.006 of it, and NaN outside 0 to 1.
    /// </summary>
    public static double Probit(double p)
    {
        const float a = 0.147f;
        const float pi = 3.14159f;
        float x = (2 * (float)p) - 1;
        float logarithm = MathF.Log((1 - x) * (1 + x));
        float v = (2 / (pi * a)) + (0.5f * logarithm);
        float root = MathF.Sqrt(MathF.Sqrt((v * v) - (1 / a * logarithm)) - v);
        return 1.41421356f * (x < 0 ? -root : root);
    }
}
