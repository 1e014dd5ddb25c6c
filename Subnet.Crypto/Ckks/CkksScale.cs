using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

/// <summary>The rule for scales: a normal positive number below the modulus of the level.</summary>
internal static class CkksScale
{
    /// <summary>Refuses a scale that a level cannot carry.</summary>
    /// <exception cref="ArgumentException">It is not a normal positive number, or has as many bits as the level.</exception>
    public static void Check(double scale, Level level)
    {
        if (!IsWithin(scale, level, slack: 1))
        {
            throw new ArgumentException(
                $"the scale {scale:R} is not a normal positive number of fewer than {level.TotalBits} bits, as {level} needs; rescale first or use a smaller scale");
        }
    }

    /// <summary>Refuses to decode at a scale that is none, or above the modulus of the level: one bit more is allowed than for encoding.</summary>
    /// <exception cref="ArgumentException">It is not a normal positive number, or has more bits than the level.</exception>
    public static void CheckDecoding(double scale, Level level)
    {
        if (!IsWithin(scale, level, slack: 0))
        {
            throw new ArgumentException(
                $"the scale {scale:R} is not a normal positive number of at most {level.TotalBits} bits, as {level} needs to be decoded; rescale first");
        }
    }

    /// <summary>Whether floor(log2 scale) + slack is below the bits of the level.</summary>
    public static bool IsWithin(double scale, Level level, int slack) =>
        double.IsNormal(scale) && scale > 0 && Math.ILogB(scale) + slack < level.TotalBits;
}
