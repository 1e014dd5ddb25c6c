using System.Collections.Immutable;
using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// One of the four parameter sets without evaluation keys (parameters 2): ring degree N and a chain of primes without a special
/// prime, all within 128-bit security. Immutable, safe for concurrent use; the transforms' tables are made at first use.
/// </summary>
public sealed class KeylessSet
{
    private readonly Lazy<ImmutableArray<NttTables>> tables;

    private KeylessSet(byte id, string name, int degree, bool weightsArePublic, params int[] bitLengths)
    {
        Id = id;
        Name = name;
        Degree = degree;
        LogDegree = BitOperations.Log2((uint)degree);
        WeightsArePublic = weightsArePublic;
        Moduli = [.. CoeffModulus.Create(degree, bitLengths).Select(prime => new Modulus(prime))];
        Product = Moduli.Aggregate(BigInteger.One, (product, modulus) => product * modulus.Value);
        if (Product.GetBitLength() > SecurityTable.MaxBitCount(degree, SecurityLevel.Classical128))
        {
            throw new InvalidOperationException($"the set {name} is below 128-bit security");
        }

        PackedPolynomialBytes = Moduli.Sum(modulus => ResiduePacking.ByteCount(degree, modulus.BitLength));
        tables = new Lazy<ImmutableArray<NttTables>>(() => [.. Moduli.Select(modulus => new NttTables(degree, modulus))]);
    }

    /// <summary>Set 1, <c>k4096-100</c>: the default.</summary>
    public static KeylessSet Default { get; } = new(1, "k4096-100", 4096, false, 50, 50);

    /// <summary>Set 2, <c>k4096-109</c>: a wider range at the same degree.</summary>
    public static KeylessSet Wide { get; } = new(2, "k4096-109", 4096, false, 36, 36, 37);

    /// <summary>Set 3, <c>k8192-150</c>: more than 4096 features, or wide reals.</summary>
    public static KeylessSet Large { get; } = new(3, "k8192-150", 8192, false, 50, 50, 50);

    /// <summary>Set 4, <c>k2048-50-public</c>: 13 KB queries for models whose weights are declared public.</summary>
    public static KeylessSet PublicWeights { get; } = new(4, "k2048-50-public", 2048, true, 50);

    /// <summary>All sets, by number.</summary>
    public static ImmutableArray<KeylessSet> All { get; } = [Default, Wide, Large, PublicWeights];

    /// <summary>The number in queries and cards.</summary>
    public byte Id { get; }

    /// <summary>The name in cards and reports.</summary>
    public string Name { get; }

    /// <summary>N.</summary>
    public int Degree { get; }

    /// <summary>log2 N.</summary>
    public int LogDegree { get; }

    /// <summary>Whether the set is only for public weights: no public key travels, nothing is re-randomised or flooded.</summary>
    public bool WeightsArePublic { get; }

    /// <summary>The primes, in chain order.</summary>
    public ImmutableArray<Modulus> Moduli { get; }

    /// <summary>q, the product of the primes.</summary>
    public BigInteger Product { get; }

    /// <summary>Bytes of one packed polynomial: each residue with the bit length of its prime.</summary>
    public int PackedPolynomialBytes { get; }

    internal ImmutableArray<NttTables> Tables => tables.Value;

    internal ulong[] Primes => [.. Moduli.Select(modulus => modulus.Value)];

    /// <summary>The set of a number, or null.</summary>
    public static KeylessSet? Find(int id) => All.FirstOrDefault(set => set.Id == id);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
