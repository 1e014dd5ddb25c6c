using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>The rules a parameter set must keep (seal-format 4 and 11.1), each broken one answered by one sentence.</summary>
internal static class ParametersValidation
{
    /// <summary>The moduli of a usable description.</summary>
    /// <exception cref="ParametersException">A rule is broken.</exception>
    public static Modulus[] Check(ParametersLiteral literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        if (literal.Scheme is not (Scheme.Bfv or Scheme.Ckks))
        {
            throw new ParametersException($"scheme {literal.Scheme} is not supported; use BFV or CKKS");
        }

        CheckDegree(literal);
        Modulus[] moduli = CheckCoeffModulus(literal);
        CheckSecurity(literal, moduli);
        CheckPlainModulus(literal, moduli);
        return moduli;
    }

    private static void CheckDegree(ParametersLiteral literal)
    {
        int degree = literal.PolyModulusDegree;
        if (degree < 2 || !BitOperations.IsPow2(degree) || degree > 1 << NttTables.MaxLogDegree)
        {
            throw new ParametersException(
                $"the polynomial modulus degree is a power of two from 2 to {1 << NttTables.MaxLogDegree}, not {degree}");
        }
    }

    private static Modulus[] CheckCoeffModulus(ParametersLiteral literal)
    {
        IReadOnlyList<ulong>? primes = literal.CoeffModulus;
        if (primes is null || primes.Count is 0 or > CoeffModulus.MaxPrimeCount)
        {
            throw new ParametersException($"a coefficient modulus has 1 to {CoeffModulus.MaxPrimeCount} primes, not {primes?.Count ?? 0}");
        }

        ulong order = 2 * (ulong)literal.PolyModulusDegree;
        HashSet<ulong> seen = [];
        Modulus[] moduli = new Modulus[primes.Count];
        for (int i = 0; i < moduli.Length; i++)
        {
            ulong q = primes[i];
            if (q < 2 || q >> CoeffModulus.MaxPrimeBitLength != 0)
            {
                throw new ParametersException($"prime {q} of the coefficient modulus has not 2 to {CoeffModulus.MaxPrimeBitLength} bits");
            }

            if (q % order != 1 || !Primes.IsPrime(q))
            {
                throw new ParametersException(
                    $"{q} in the coefficient modulus is not a prime that is 1 modulo {order}; CoeffModulus.Create finds such primes");
            }

            if (!seen.Add(q))
            {
                throw new ParametersException($"prime {q} stands twice in the coefficient modulus; its primes must be distinct");
            }

            moduli[i] = new Modulus(q);
        }

        return moduli;
    }

    private static void CheckSecurity(ParametersLiteral literal, Modulus[] moduli)
    {
        if (!Enum.IsDefined(literal.Security))
        {
            throw new ParametersException($"security level {(int)literal.Security} is unknown; use 128, 192 or 256");
        }

        int bits = (int)Product(moduli).GetBitLength();
        int bound = SecurityTable.MaxBitCount(literal.PolyModulusDegree, literal.Security);
        if (bits > bound)
        {
            throw new ParametersException(
                bound == 0
                    ? $"degree {literal.PolyModulusDegree} reaches no {(int)literal.Security}-bit security; use 1024 to 32768"
                    : $"a coefficient modulus of {bits} bits (all primes) at degree {literal.PolyModulusDegree} is above the bound of {bound} bits for {(int)literal.Security}-bit security; use fewer or smaller primes or a larger degree");
        }
    }

    private static void CheckPlainModulus(ParametersLiteral literal, Modulus[] moduli)
    {
        ulong t = literal.PlainModulus;
        if (literal.Scheme == Scheme.Ckks)
        {
            if (t != 0)
            {
                throw new ParametersException($"CKKS has no plain modulus; it must be 0, not {t}");
            }

            return;
        }

        if (t < 2 || t >> CoeffModulus.MaxPrimeBitLength != 0)
        {
            throw new ParametersException($"the plain modulus has 2 to {CoeffModulus.MaxPrimeBitLength} bits, {t} has not");
        }

        foreach (Modulus q in moduli)
        {
            if (t % q.Value == 0)
            {
                throw new ParametersException($"the plain modulus {t} and the prime {q} share a factor; they must be coprime");
            }
        }

        if (Product(moduli) <= t)
        {
            throw new ParametersException($"the plain modulus {t} is not below the coefficient modulus; use more or larger primes");
        }
    }

    /// <summary>
    /// Whether the last prime can be kept for key switching: the others must carry the plain modulus. Where they do not, SEAL makes the level of all
    /// primes that of data too, and there is no key switching.
    /// </summary>
    public static bool HasSpecialPrime(ParametersLiteral literal, Modulus[] moduli) =>
        literal.HasSpecialPrime && moduli.Length > 1 && Product(moduli.AsSpan(..^1)) > literal.PlainModulus;

    private static BigInteger Product(ReadOnlySpan<Modulus> moduli)
    {
        BigInteger product = BigInteger.One;
        foreach (Modulus q in moduli)
        {
            product *= q.Value;
        }

        return product;
    }
}
