namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// Follows how large the values between two passes of a transform can be, in units of p, so that they are reduced only when
/// they could leave the 53 bits in which doubles are exact.
/// </summary>
internal struct GrowthBound(double modulus, double start)
{
    // A product with a balanced constant is at most 1/2 + slope * (bound of the other factor); see DoubleModulus. The constant
    // is a little above 3 * 2^-54 to cover the rounding of this bookkeeping itself.
    private readonly double _slope = modulus * 3.0001 / (1L << 54);
    private readonly double _limit = (1L << 53) / modulus;

    /// <summary>The bound of the values.</summary>
    public double Value { get; private set; } = start;

    /// <summary>The bound of a product whose variable factor has this bound.</summary>
    public readonly double Product(double factor) => 0.5 + (_slope * factor);

    /// <summary>
    /// Accounts for forward butterfly stages (a + b w, a - b w) and says whether the unmultiplied inputs of the first of them have
    /// to be reduced.
    /// </summary>
    public bool ForwardStages(int stages)
    {
        double grown = Value;
        for (int i = 0; i < stages; i++)
        {
            grown += Product(grown);
        }

        bool reduce = grown > _limit;
        if (reduce)
        {
            grown = 0.5 + Product(0) + Product(Value);
            for (int i = 1; i < stages; i++)
            {
                grown += Product(grown);
            }
        }

        Value = grown;
        return reduce;
    }

    /// <summary>
    /// Accounts for inverse butterfly stages (a + b, (a - b) w), whose sums double in each, and says whether the last sums have to be
    /// reduced so that two more stages are exact. Products are at most 2 p as long as their factors are within the limit.
    /// </summary>
    public bool InverseStages(int stages)
    {
        double grown = Value * (1 << stages);
        bool reduce = 4 * grown > _limit;
        Value = reduce ? 2.0 : Math.Max(grown, 2.0);
        return reduce;
    }
}
