using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Bench;

/// <summary>A parameter set that the lattice benchmark runs, as the reference table names it.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Scheme">BFV or CKKS.</param>
/// <param name="Degree">N.</param>
/// <param name="Bits">Bit lengths of the chain, special prime last; empty for SEAL's default chain.</param>
internal sealed record LatticeSet(string Name, Scheme Scheme, int Degree, params int[] Bits)
{
    private const int PlainBits = 20;

    /// <summary>All sets; the chains are those of the reference measurements.</summary>
    public static IReadOnlyList<LatticeSet> All { get; } =
    [
        new("bfv-4096", Scheme.Bfv, 4096),
        new("bfv-8192", Scheme.Bfv, 8192),
        new("bfv-8192-50", Scheme.Bfv, 8192, 50, 50, 50, 50),
        new("bfv-16384", Scheme.Bfv, 16384),
        new("bfv-16384-50", Scheme.Bfv, 16384, 50, 50, 50, 50, 50, 50, 50, 50),
        new("bfv-32768", Scheme.Bfv, 32768),
        new("ckks-4096", Scheme.Ckks, 4096),
        new("ckks-8192", Scheme.Ckks, 8192),
        new("ckks-8192-50", Scheme.Ckks, 8192, 50, 30, 30, 50),
        new("ckks-16384", Scheme.Ckks, 16384),
        new("ckks-16384-50", Scheme.Ckks, 16384, 50, 50, 50, 50, 50, 50, 50, 50),
        new("ckks-32768", Scheme.Ckks, 32768),
        new("ckks-32768-50", Scheme.Ckks, 32768, [.. Enumerable.Repeat(50, 17)]),
    ];

    /// <summary>The CKKS scale of the reference measurements.</summary>
    public double Scale => Math.ScaleB(1, Degree == 4096 ? 25 : 30);

    /// <summary>The validated parameters.</summary>
    public Parameters CreateParameters() => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme,
        PolyModulusDegree = Degree,
        CoeffModulus = Bits.Length == 0 ? CoeffModulus.Default(Degree) : CoeffModulus.Create(Degree, Bits),
        PlainModulus = Scheme == Scheme.Bfv ? PlainModulus.Batching(Degree, PlainBits) : 0,
    });
}
