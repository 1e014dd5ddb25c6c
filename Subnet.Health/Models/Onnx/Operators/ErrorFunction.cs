namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>The error function and its inverse, to single precision and better.</summary>
internal static class ErrorFunction
{
    /// <summary>2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
    public static double Erf(double x) => double.IsNaN(x) ? double.NaN : MathNet.Numerics.SpecialFunctions.Erf(x);

    /// <summary>The post-transform PROBIT: sqrt(2) erfinv(2 p - 1), the normal quantile of p.</summary>
    public static double Probit(double p) => Math.Sqrt(2) * MathNet.Numerics.SpecialFunctions.ErfInv((2 * p) - 1);
}
