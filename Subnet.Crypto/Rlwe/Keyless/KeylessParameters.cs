using System.Numerics;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// A keyless set with a plain modulus t = 2^tb, and what follows from both: flooding width, reply width and which models are
/// admitted (parameters 1 and 2). Immutable.
/// </summary>
public sealed class KeylessParameters
{
    /// <summary>The narrowest plain modulus, in bits.</summary>
    public const int MinPlainBits = 4;

    /// <summary>The widest plain modulus, in bits.</summary>
    public const int MaxPlainBits = 48;

    /// <summary>The flooding exceeds the noise bound by at least this many bits.</summary>
    public const int FloodingMarginBits = 40;

    private const int MaxReplyBits = 62;

    /// <param name="set">The set.</param>
    /// <param name="plainBits">tb.</param>
    /// <exception cref="ArgumentOutOfRangeException">tb is not 4 to 48, or so large that no margin is left in the set.</exception>
    public KeylessParameters(KeylessSet set, int plainBits)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (plainBits is < MinPlainBits or > MaxPlainBits || !ReplyFits(set, plainBits))
        {
            throw new ArgumentOutOfRangeException(
                nameof(plainBits), $"a plain modulus of {plainBits} bits does not fit the set {set.Name}; use {MinPlainBits} to {MaxPlainBits} bits and replies within the set");
        }

        Set = set;
        PlainBits = plainBits;
        FloodBits = FloodBitsOf(set, plainBits);
        ReplyBits = ReplyBitsOf(set, plainBits);
    }

    /// <summary>The set.</summary>
    public KeylessSet Set { get; }

    /// <summary>tb: the plain modulus is 2^tb.</summary>
    public int PlainBits { get; }

    /// <summary>f: an answer coefficient is flooded with an integer uniform on [-2^f, 2^f).</summary>
    public int FloodBits { get; }

    /// <summary>k: residues of a reply are modulo 2^k.</summary>
    public int ReplyBits { get; }

    /// <summary>
    /// Whether a model may be served under a set and plain modulus: all answers fit, and the flooding covers the noise by 2^40
    /// (by a correct decryption alone where the weights are public). Exact integers throughout.
    /// </summary>
    /// <param name="set">The set.</param>
    /// <param name="plainBits">tb.</param>
    /// <param name="norm1">Sum of the absolute values of all weights multiplied in one product, all classes together.</param>
    /// <param name="bound">The largest absolute answer over every row that the card admits.</param>
    public static bool Admits(KeylessSet set, int plainBits, BigInteger norm1, BigInteger bound)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (plainBits is < MinPlainBits or > MaxPlainBits || !ReplyFits(set, plainBits) || 2 * bound >= BigInteger.One << plainBits)
        {
            return false;
        }

        if (set.WeightsArePublic)
        {
            return 43 * norm1 << (plainBits + 3) <= 2 * set.Product;
        }

        BigInteger noiseTwice = (43 * norm1) + (42 * ((2 * set.Degree) + 1));
        return noiseTwice << FloodingMarginBits <= BigInteger.One << (FloodBitsOf(set, plainBits) + 1);
    }

    /// <summary>
    /// Whether the answer to an honestly formed query cannot be decrypted wrongly: noise, flooding and every rounding at their largest stay
    /// within half a step of the plain modulus (parameters 1). Exact integers throughout.
    /// </summary>
    /// <param name="norm1">As for <see cref="Admits"/>.</param>
    public bool NeverFails(BigInteger norm1)
    {
        // All bounds doubled, quotients rounded up.
        BigInteger noise = 43 * norm1;
        if (!Set.WeightsArePublic)
        {
            noise += (42 * ((2 * Set.Degree) + 1)) + (BigInteger.One << (FloodBits + 1));
        }

        BigInteger left = Set.Product;
        for (int last = Set.Moduli.Length - 1; last > 0 && left / Set.Moduli[last].Value >= BigInteger.One << (ReplyBits + 3); last--)
        {
            left /= Set.Moduli[last].Value;
            noise = Quotient(noise, Set.Moduli[last].Value) + Set.Degree + 1;
        }

        return Quotient(noise << ReplyBits, left) + Set.Degree + 1 < BigInteger.One << (ReplyBits - PlainBits);
    }

    /// <summary>f = floor(log2(q / (8 t))).</summary>
    public static int FloodBitsOf(KeylessSet set, int plainBits)
    {
        ArgumentNullException.ThrowIfNull(set);
        return (int)(set.Product >> (plainBits + 3)).GetBitLength() - 1;
    }

    /// <summary>k = tb + log2 N + 1.</summary>
    public static int ReplyBitsOf(KeylessSet set, int plainBits)
    {
        ArgumentNullException.ThrowIfNull(set);
        return plainBits + set.LogDegree + 1;
    }

    private static BigInteger Quotient(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;

    private static bool ReplyFits(KeylessSet set, int plainBits)
    {
        int replyBits = ReplyBitsOf(set, plainBits);
        return replyBits <= MaxReplyBits && BigInteger.One << (replyBits + 3) <= set.Product;
    }
}
