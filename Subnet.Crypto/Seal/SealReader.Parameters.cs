using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

public sealed partial class SealReader
{
    private const int LargestModulusBitLength = 61;

    /// <summary>
    /// Reads encryption parameters (seal-format 3). Only what a description may say at all is checked here; whether it is usable and
    /// secure enough is decided by <see cref="Parameters.Create(ParametersLiteral)"/>.
    /// </summary>
    /// <param name="source">The bytes.</param>
    /// <param name="security">The security level that the description is to reach; files do not name one.</param>
    /// <param name="hasSpecialPrime">Whether the last of several primes is for key switching, as always in SEAL.</param>
    /// <param name="allowTrailing">Whether other bytes may follow the object.</param>
    /// <exception cref="SealFormatException">The bytes are not encryption parameters.</exception>
    public static SealReadResult<ParametersLiteral> ReadParameters(
        ReadOnlySpan<byte> source,
        SecurityLevel security = SecurityLevel.Classical128,
        bool hasSpecialPrime = true,
        bool allowTrailing = false) =>
        Open(source, allowTrailing, SealSize.Parameters(CoeffModulus.MaxPrimeCount), (security, hasSpecialPrime), ReadParametersPayload);

    private static ParametersLiteral ReadParametersPayload(
        (SecurityLevel Security, bool HasSpecialPrime) state, ref SealCursor cursor, List<PrngSeed> seeds)
    {
        byte scheme = cursor.ReadByte("the scheme");
        if (scheme > (byte)Scheme.Bgv)
        {
            throw new SealFormatException($"scheme {scheme} is unknown; 1 (BFV), 2 (CKKS) and 3 (BGV) are known");
        }

        ulong degree = cursor.ReadWord("the polynomial modulus degree");
        if (degree > 1 << NttTables.MaxLogDegree)
        {
            throw new SealFormatException($"the polynomial modulus degree {degree} is above {1 << NttTables.MaxLogDegree}");
        }

        ulong count = cursor.ReadWord("the number of primes");
        if (count > CoeffModulus.MaxPrimeCount)
        {
            throw new SealFormatException($"{count} primes are announced, at most {CoeffModulus.MaxPrimeCount} are allowed");
        }

        ulong[] primes = new ulong[count];
        for (int i = 0; i < primes.Length; i++)
        {
            primes[i] = ReadModulus(ref cursor, $"prime {i}");
        }

        ulong plainModulus = ReadModulus(ref cursor, "the plain modulus");
        if (plainModulus != 0 && (Scheme)scheme is Scheme.None or Scheme.Ckks)
        {
            throw new SealFormatException($"the plain modulus is {plainModulus} in a scheme that has none");
        }

        return new ParametersLiteral
        {
            Scheme = (Scheme)scheme,
            PolyModulusDegree = (int)degree,
            CoeffModulus = primes,
            PlainModulus = plainModulus,
            Security = state.Security,
            HasSpecialPrime = state.HasSpecialPrime,
        };
    }

    private static ulong ReadModulus(ref SealCursor cursor, string what)
    {
        int claimed = cursor.ReadNestedHeader(what);
        int before = cursor.Remaining;
        ulong value = cursor.ReadWord(what);
        cursor.EndNested(before, claimed, what);
        return value == 1 || BitOperations.Log2(value) >= LargestModulusBitLength
            ? throw new SealFormatException($"{what} is {value}; a modulus is not 1 and has at most {LargestModulusBitLength} bits")
            : value;
    }
}
