using System.Numerics;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// A parameter set for private forests (parameters 3): SEAL's default chain, t = 65537, the data modulus q without the special prime,
/// flooding that fills the margin. Immutable and safe for concurrent use; making one computes its transforms.
/// </summary>
public sealed class ForestSet
{
    /// <summary>t, the smallest prime that gives slots at every degree used.</summary>
    public const ulong PlainModulus = 65537;

    /// <summary>The flooding exceeds the privacy bound by at least this many bits.</summary>
    public const int FloodingMarginBits = 40;

    private static readonly Lazy<ForestSet> Set5 = new(() => new ForestSet(5, "forest-8192", 8192));
    private static readonly Lazy<ForestSet> Set8 = new(() => new ForestSet(8, "forest-16384", 16384));

    private ForestSet(byte id, string name, int degree)
    {
        Id = id;
        Name = name;
        Parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = degree,
            CoeffModulus = CoeffModulus.Default(degree),
            PlainModulus = PlainModulus,
        });
        FloodBits = (int)(Parameters.FirstDataLevel.Product / (8 * PlainModulus)).GetBitLength() - 1;
        ReplyBits = (int)new BigInteger(PlainModulus - 1).GetBitLength() + Parameters.LogDegree + 1;
    }

    /// <summary>Set 5, <c>forest-8192</c>.</summary>
    public static ForestSet Small => Set5.Value;

    /// <summary>Set 8, <c>forest-16384</c>: what set 5 refuses, slower.</summary>
    public static ForestSet Large => Set8.Value;

    /// <summary>The number in cards and queries.</summary>
    public byte Id { get; }

    /// <summary>The name in cards and reports.</summary>
    public string Name { get; }

    /// <summary>The BFV parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>N, the number of slots.</summary>
    public int Degree => Parameters.PolyModulusDegree;

    /// <summary>f = floor(log2(q / (8t))): a coefficient that leaves is flooded with an integer uniform on [-2^f, 2^f).</summary>
    public int FloodBits { get; }

    /// <summary>k: residues of a reply are modulo 2^k.</summary>
    public int ReplyBits { get; }

    /// <summary>The set of a number, or null.</summary>
    public static ForestSet? Find(int id) => id switch { 5 => Small, 8 => Large, _ => null };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
