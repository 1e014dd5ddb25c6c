using System.Numerics;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A parameter set for scoring (parameters 3): SEAL's default chain, the data modulus q without the special prime, flooding that fills the margin. Immutable and
/// safe for concurrent use; making one computes its transforms.
/// </summary>
public sealed class ScoringSet
{
    private static readonly Lazy<ScoringSet> Set6 = new(() => new ScoringSet(6, "score-8192", 8192, 1_073_692_673));
    private static readonly Lazy<ScoringSet> Set7 = new(() => new ScoringSet(7, "score-16384", 16384, 65537));

    private ScoringSet(int id, string name, int degree, ulong plainModulus)
    {
        Id = id;
        Name = name;
        Parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = degree,
            CoeffModulus = CoeffModulus.Default(degree),
            PlainModulus = plainModulus,
        });
        BigInteger q = Parameters.FirstDataLevel.Product;
        FloodBits = (int)(q / (8 * plainModulus)).GetBitLength() - 1;
        int plainBits = (int)new BigInteger(plainModulus - 1).GetBitLength();
        ReplyBits = plainBits + Parameters.LogDegree + 1;
        TagCount = (int)Math.Ceiling(80 / Math.Log2(plainModulus));
    }

    /// <summary>Set 6, <c>score-8192</c>, t of 30 bits: squared errors.</summary>
    public static ScoringSet SquaredError => Set6.Value;

    /// <summary>Set 7, <c>score-16384</c>, t = 65537: pairs, counts at a threshold, argmax.</summary>
    public static ScoringSet Pairwise => Set7.Value;

    /// <summary>The set of a number in messages, or null.</summary>
    public static ScoringSet? Find(int id) => id switch { 6 => SquaredError, 7 => Pairwise, _ => null };

    /// <summary>The number in messages.</summary>
    public int Id { get; }

    /// <summary>The name in reports.</summary>
    public string Name { get; }

    /// <summary>The BFV parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>f = floor(log2(q / (8t))): an output coefficient is flooded with an integer uniform on [-2^f, 2^f).</summary>
    public int FloodBits { get; }

    /// <summary>k: residues of an output are modulo 2^k.</summary>
    public int ReplyBits { get; }

    /// <summary>tau = ceil(80 / log2 t): tags of each value, and checks.</summary>
    public int TagCount { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
