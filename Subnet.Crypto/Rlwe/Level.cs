using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// One step of the modulus chain: the first so many primes of the set, and the id of the parameters with just these. Immutable
/// and safe for concurrent use.
/// </summary>
public sealed class Level
{
    private readonly int _primeCount;
    private readonly Lazy<PlainScaling> _plainScaling;

    internal Level(Parameters parameters, int primeCount, int chainIndex)
    {
        Parameters = parameters;
        _primeCount = primeCount;
        ChainIndex = chainIndex;
        ulong[] primes = new ulong[primeCount];
        BigInteger product = BigInteger.One;
        for (int i = 0; i < primeCount; i++)
        {
            primes[i] = parameters.Moduli[i].Value;
            product *= primes[i];
        }

        Product = product;
        TotalBits = (int)product.GetBitLength();
        _plainScaling = new(() => new PlainScaling(parameters.PolyModulusDegree, Moduli, parameters.PlainModulus));
        Id = ParametersId.Compute(parameters.Scheme, parameters.PolyModulusDegree, primes, parameters.PlainModulus);
    }

    /// <summary>The set this level belongs to.</summary>
    public Parameters Parameters { get; }

    /// <summary>L: number of primes.</summary>
    public int PrimeCount => _primeCount;

    /// <summary>0 for the last level, one more per level upwards.</summary>
    public int ChainIndex { get; }

    /// <summary>The id ciphertexts of this level carry.</summary>
    public ParametersId Id { get; }

    /// <summary>Q: the product of the primes.</summary>
    public BigInteger Product { get; }

    /// <summary>Bit length of Q.</summary>
    public int TotalBits { get; }

    /// <summary>The primes q_0 ... q_(L-1).</summary>
    public ReadOnlySpan<Modulus> Moduli => Parameters.Moduli[.._primeCount];

    /// <summary>Whether this level holds keys, with or without a special prime.</summary>
    public bool IsKeyLevel => _primeCount == Parameters.Moduli.Length;

    /// <summary>Whether ciphertexts live here: any level but the one with the special prime.</summary>
    public bool IsDataLevel => _primeCount <= Parameters.FirstDataLevel.PrimeCount;

    /// <summary>The level below (one prime less), or null at the end of the chain.</summary>
    public Level? Next => ChainIndex == 0 ? null : Parameters.LevelWithPrimes(_primeCount - 1);

    /// <summary>The level above (one prime more), or null at the key level.</summary>
    public Level? Previous => Parameters.LevelWithPrimes(_primeCount + 1);

    /// <summary>Words of one polynomial: N L.</summary>
    public int PolynomialWords => Parameters.PolyModulusDegree * _primeCount;

    /// <summary>Messages to ciphertexts and back (BFV).</summary>
    internal PlainScaling PlainScaling => _plainScaling.Value;

    /// <summary>The transform modulo prime number <paramref name="prime"/>.</summary>
    public NttTables Tables(int prime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)prime, (uint)_primeCount, nameof(prime));
        return Parameters.Tables(prime);
    }

    /// <summary>How messages name a level.</summary>
    public override string ToString() => $"level {ChainIndex} ({_primeCount} primes, {TotalBits} bits, id {Id.ToString()[..16]})";

    /// <summary>Whether both are the same level of equal parameters.</summary>
    internal bool Matches(Level other) => ReferenceEquals(this, other) || Id == other.Id;
}
