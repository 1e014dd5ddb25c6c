using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>Finds coefficient modulus chains, the same primes in the same order as SEAL.</summary>
public static class CoeffModulus
{
    /// <summary>The largest prime of a chain.</summary>
    public const int MaxPrimeBitLength = 60;

    /// <summary>The largest number of primes of a chain.</summary>
    public const int MaxPrimeCount = 256;

    /// <summary>
    /// One prime per requested size, each 1 modulo 2N. Equal sizes come out ascending: of the c largest primes of a size that is
    /// asked for c times, each request takes the smallest that is left.
    /// </summary>
    /// <param name="polyModulusDegree">N, a power of two.</param>
    /// <param name="bitLengths">The sizes, 2 to 60 bits each, the special prime last.</param>
    /// <exception cref="ArgumentException">A size is out of range or has not enough primes.</exception>
    public static ulong[] Create(int polyModulusDegree, params ReadOnlySpan<int> bitLengths) =>
        Create(2 * (ulong)CheckDegree(polyModulusDegree), bitLengths);

    /// <summary>Like <see cref="Create(int, ReadOnlySpan{int})"/> with primes that are 1 modulo the plain modulus too.</summary>
    /// <exception cref="ArgumentException">A size is out of range or has not enough primes.</exception>
    public static ulong[] CreateForPlainModulus(int polyModulusDegree, ulong plainModulus, params ReadOnlySpan<int> bitLengths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plainModulus, 2UL);
        ulong order = 2 * (ulong)CheckDegree(polyModulusDegree);
        ulong common = GreatestCommonDivisor(order, plainModulus);
        UInt128 factor = (UInt128)order * (plainModulus / common);
        if (factor >> Modulus.MaxBitLength != 0)
        {
            throw new ArgumentException($"no prime of {MaxPrimeBitLength} bits is 1 modulo {factor}; use a smaller plain modulus", nameof(plainModulus));
        }

        return Create((ulong)factor, bitLengths);
    }

    /// <summary>SEAL's default chain: the largest total that the security level allows, special prime last.</summary>
    /// <exception cref="ArgumentException">The degree is not 1024 to 32768, or the level has no default chain.</exception>
    public static ulong[] Default(int polyModulusDegree, SecurityLevel security = SecurityLevel.Classical128)
    {
        ReadOnlySpan<ulong> primes = DefaultChains.Find(polyModulusDegree, security);
        return primes.IsEmpty
            ? throw new ArgumentException($"there is no default chain for degree {polyModulusDegree} at {(int)security} bits of security; use 1024 to 32768 and 128, 192 or 256")
            : primes.ToArray();
    }

    private static ulong[] Create(ulong factor, ReadOnlySpan<int> bitLengths)
    {
        if (bitLengths.Length is 0 or > MaxPrimeCount)
        {
            throw new ArgumentException($"a chain has 1 to {MaxPrimeCount} primes, not {bitLengths.Length}", nameof(bitLengths));
        }

        Dictionary<int, int> multiplicities = [];
        foreach (int bits in bitLengths)
        {
            if (bits is < 2 or > MaxPrimeBitLength)
            {
                throw new ArgumentException($"a prime of a chain has 2 to {MaxPrimeBitLength} bits, not {bits}", nameof(bitLengths));
            }

            multiplicities[bits] = multiplicities.GetValueOrDefault(bits) + 1;
        }

        Dictionary<int, Stack<ulong>> left = multiplicities.ToDictionary(
            size => size.Key,
            size => new Stack<ulong>(Primes.Descending(factor, size.Key, size.Value)));
        ulong[] chain = new ulong[bitLengths.Length];
        for (int i = 0; i < chain.Length; i++)
        {
            chain[i] = left[bitLengths[i]].Pop();
        }

        return chain;
    }

    private static int CheckDegree(int polyModulusDegree)
    {
        if (polyModulusDegree < 2 || !System.Numerics.BitOperations.IsPow2(polyModulusDegree) || polyModulusDegree > 1 << NttTables.MaxLogDegree)
        {
            throw new ArgumentException(
                $"the polynomial modulus degree is a power of two from 2 to {1 << NttTables.MaxLogDegree}, not {polyModulusDegree}", nameof(polyModulusDegree));
        }

        return polyModulusDegree;
    }

    private static ulong GreatestCommonDivisor(ulong a, ulong b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
