using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// A validated parameter set with its modulus chain. Immutable and safe for concurrent use; transforms and levels are made when
/// they are first asked for, so creating one costs microseconds.
/// </summary>
public sealed class Parameters : IEquatable<Parameters>
{
    private readonly Modulus[] _moduli;
    private readonly Lazy<NttTables>[] _tables;
    private readonly Lazy<NttTables>? _plainTables;
    private readonly Lazy<ulong[]>[] _inverses;
    private readonly Lazy<Level>?[] _levels;
    private readonly int _minPrimeCount;

    private Parameters(ParametersLiteral literal, Modulus[] moduli, long scratchLimitBytes)
    {
        Scratch = new ScratchPool(scratchLimitBytes);
        Temporaries = new TemporariesPool(this);
        Scheme = literal.Scheme;
        PolyModulusDegree = literal.PolyModulusDegree;
        LogDegree = BitOperations.Log2((uint)PolyModulusDegree);
        PlainModulus = literal.PlainModulus;
        Security = literal.Security;
        Automorphisms = new AutomorphismTables(PolyModulusDegree);
        HasSpecialPrime = ParametersValidation.HasSpecialPrime(literal, moduli);
        HoistingOffsets = new HoistingOffsets(this);
        _moduli = moduli;
        _tables = [.. moduli.Select(q => new Lazy<NttTables>(() => new NttTables(PolyModulusDegree, q)))];
        _inverses = [.. moduli.Select((p, i) => new Lazy<ulong[]>(() => [.. moduli.Take(i).Select(q => q.Invert(p.Value))]))];
        SupportsBatching = Scheme == Scheme.Bfv
            && PlainModulus % (2 * (ulong)PolyModulusDegree) == 1
            && Primes.IsPrime(PlainModulus);
        if (SupportsBatching)
        {
            _plainTables = new(() => new NttTables(PolyModulusDegree, new Modulus(PlainModulus)));
        }

        _minPrimeCount = 1;
        for (BigInteger product = moduli[0].Value; Scheme == Scheme.Bfv && product <= PlainModulus; _minPrimeCount++)
        {
            product *= moduli[_minPrimeCount].Value;
        }

        // Level number i has i primes.
        int first = HasSpecialPrime ? moduli.Length - 1 : moduli.Length;
        _levels = new Lazy<Level>?[moduli.Length + 1];
        for (int primes = _minPrimeCount; primes <= moduli.Length; primes++)
        {
            int count = primes;
            int chainIndex = count - Math.Min(_minPrimeCount, first);
            _levels[primes] = new(() => new Level(this, count, chainIndex));
        }
    }

    /// <summary>BFV or CKKS.</summary>
    public Scheme Scheme { get; }

    /// <summary>N.</summary>
    public int PolyModulusDegree { get; }

    /// <summary>log2 N.</summary>
    public int LogDegree { get; }

    /// <summary>t; 0 for CKKS.</summary>
    public ulong PlainModulus { get; }

    /// <summary>The security level that was checked.</summary>
    public SecurityLevel Security { get; }

    /// <summary>
    /// Whether the last prime is reserved for key switching; else there are no relinearization and Galois keys. Never with one prime, nor where the
    /// product of the others is not above t: as in SEAL all primes are then those of data.
    /// </summary>
    public bool HasSpecialPrime { get; }

    /// <summary>Whether t allows N integers in the slots of one plaintext.</summary>
    public bool SupportsBatching { get; }

    /// <summary>All primes, the special prime last where there is one.</summary>
    public ReadOnlySpan<Modulus> Moduli => _moduli;

    /// <summary>All primes: keys live here.</summary>
    public Level KeyLevel => _levels[_moduli.Length]!.Value;

    /// <summary>Where fresh ciphertexts are: all primes but the special one.</summary>
    public Level FirstDataLevel => LevelWithPrimes(HasSpecialPrime ? _moduli.Length - 1 : _moduli.Length)!;

    /// <summary>The end of the chain.</summary>
    public Level LastLevel => LevelWithPrimes(Math.Min(_minPrimeCount, HasSpecialPrime ? _moduli.Length - 1 : _moduli.Length))!;

    /// <summary>The transform modulo t.</summary>
    /// <exception cref="InvalidOperationException">The plain modulus does not allow batching.</exception>
    public NttTables PlainTables => _plainTables?.Value
        ?? throw new InvalidOperationException(
            $"batching needs a prime plain modulus that is 1 modulo {2 * PolyModulusDegree}, {PlainModulus} is not one (PlainModulus.Batching finds one)");

    /// <summary>Scratch memory of the operations on these parameters.</summary>
    internal ScratchPool Scratch { get; }

    /// <summary>Ciphertexts for operations that need some on the way.</summary>
    internal TemporariesPool Temporaries { get; }

    /// <summary>Streams of encryptions under these parameters.</summary>
    internal StreamPool Streams { get; } = new();

    /// <summary>The index tables of the automorphisms used so far.</summary>
    internal AutomorphismTables Automorphisms { get; }

    /// <summary>What hoisted rotations add to moved digits.</summary>
    internal HoistingOffsets HoistingOffsets { get; }

    /// <summary>Bytes of working memory that operations on these parameters keep for the next ones.</summary>
    public long HeldScratchBytes => Scratch.HeldBytes;

    /// <summary>Validates a description.</summary>
    /// <exception cref="ParametersException">It breaks a rule; the message names it.</exception>
    public static Parameters Create(ParametersLiteral literal) => Create(literal, ScratchPool.DefaultLimitBytes);

    /// <summary>Validates a description.</summary>
    /// <param name="literal">The description.</param>
    /// <param name="scratchLimitBytes">
    /// How much working memory is kept between operations, 256 MiB by default; what is given back beyond it goes to the garbage collector.
    /// Operations never fail for it, they allocate.
    /// </param>
    /// <exception cref="ParametersException">It breaks a rule; the message names it.</exception>
    public static Parameters Create(ParametersLiteral literal, long scratchLimitBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scratchLimitBytes);
        return new(literal, ParametersValidation.Check(literal), scratchLimitBytes);
    }

    /// <summary>The level with this id, or null.</summary>
    public Level? FindLevel(ParametersId id)
    {
        for (int primes = _moduli.Length; primes >= _minPrimeCount; primes--)
        {
            if (LevelWithPrimes(primes) is { } level && level.Id == id)
            {
                return level;
            }
        }

        return null;
    }

    /// <summary>The level with this chain index: 0 is the last one, the key level has the highest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chain has no such index.</exception>
    public Level LevelAt(int chainIndex) =>
        chainIndex >= 0 && chainIndex <= KeyLevel.ChainIndex
            ? LevelWithPrimes(LastLevel.PrimeCount + chainIndex)!
            : throw new ArgumentOutOfRangeException(nameof(chainIndex), $"chain index {chainIndex} is outside 0 to {KeyLevel.ChainIndex}");

    /// <summary>The description these parameters were made from.</summary>
    public ParametersLiteral ToLiteral() => new()
    {
        Scheme = Scheme,
        PolyModulusDegree = PolyModulusDegree,
        CoeffModulus = [.. _moduli.Select(q => q.Value)],
        PlainModulus = PlainModulus,
        Security = Security,
        HasSpecialPrime = HasSpecialPrime,
    };

    /// <summary>Whether ciphertexts and keys of one may be used with the other: same primes, degree, scheme, t and chain.</summary>
    public bool Equals(Parameters? other) =>
        ReferenceEquals(this, other)
        || (other is not null && HasSpecialPrime == other.HasSpecialPrime && KeyLevel.Id == other.KeyLevel.Id);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyLevel.Id.GetHashCode();

    /// <summary>One line: scheme, degree, sizes of the primes, plain modulus.</summary>
    public override string ToString() =>
        $"{Scheme.ToString().ToUpperInvariant()} N={PolyModulusDegree} q={string.Join('+', _moduli.Select(q => q.BitLength))} bits"
        + (Scheme == Scheme.Bfv ? $" t={PlainModulus}" : string.Empty)
        + (HasSpecialPrime ? string.Empty : " without special prime");

    internal Level? LevelWithPrimes(int primes) => primes >= 1 && primes < _levels.Length ? _levels[primes]?.Value : null;

    /// <summary>1/q_prime modulo each prime before it.</summary>
    internal ReadOnlySpan<ulong> InversesOf(int prime) => _inverses[prime].Value;

    internal NttTables Tables(int prime) => _tables[prime].Value;
}
