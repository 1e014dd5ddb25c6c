namespace Subnet.Crypto.Lattice;

/// <summary>Primality and the search for primes that a number theoretic transform can use.</summary>
public static class Primes
{
    /// <summary>These bases decide every 64-bit number (Sorenson and Webster, 2015).</summary>
    private static ReadOnlySpan<byte> Witnesses => [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

    /// <summary>Whether <paramref name="value"/> is prime: deterministic Miller-Rabin. Not for secrets.</summary>
    /// <param name="value">At most 61 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value has more than 61 bits.</exception>
    public static bool IsPrime(ulong value)
    {
        if (value < 2)
        {
            return false;
        }

        foreach (byte witness in Witnesses)
        {
            if (value % witness == 0)
            {
                return value == witness;
            }
        }

        Modulus modulus = new(value);
        int twos = System.Numerics.BitOperations.TrailingZeroCount(value - 1);
        ulong odd = (value - 1) >> twos;
        foreach (byte witness in Witnesses)
        {
            ulong power = modulus.Pow(witness, odd);
            if (power == 1 || power == value - 1)
            {
                continue;
            }

            int squarings = 1;
            for (; squarings < twos && power != value - 1; squarings++)
            {
                power = modulus.Multiply(power, power);
            }

            if (power != value - 1)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The <paramref name="count"/> largest primes of exactly <paramref name="bitLength"/> bits that are 1 modulo
    /// <paramref name="factor"/>, in descending order.
    /// </summary>
    /// <param name="factor">2N for primes with a primitive 2N-th root of unity.</param>
    /// <param name="bitLength">2 to 61.</param>
    /// <param name="count">How many; at least 0.</param>
    /// <exception cref="ArgumentException">There are not that many.</exception>
    public static ulong[] Descending(ulong factor, int bitLength, int count)
    {
        ArgumentOutOfRangeException.ThrowIfZero(factor);
        ArgumentOutOfRangeException.ThrowIfLessThan(bitLength, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bitLength, Modulus.MaxBitLength);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ulong above = 1UL << (bitLength - 1);
        ulong[] primes = new ulong[count];
        int found = 0;
        for (ulong candidate = ((((1UL << bitLength) - 1) / factor) * factor) + 1;
             found < count && candidate > above && candidate >> bitLength == 0;
             candidate -= factor)
        {
            if (IsPrime(candidate))
            {
                primes[found++] = candidate;
            }

            if (candidate < factor)
            {
                break;
            }
        }

        if (found < count)
        {
            throw new ArgumentException(
                $"there are only {found} primes of {bitLength} bits that are 1 modulo {factor}, {count} were asked for; use more bits or a smaller degree",
                nameof(count));
        }

        return primes;
    }
}
