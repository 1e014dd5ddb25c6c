using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Interop;

/// <summary>The parameter sets that are exchanged with Microsoft SEAL.</summary>
internal static class InteropParameters
{
    private const int PlainBits = 17;

    /// <summary>A small set without security, for objects that are only passed back and forth.</summary>
    public static Parameters Small(Scheme scheme) => Create(scheme, 1024, CoeffModulus.Create(1024, 40, 40, 41), SecurityLevel.None);

    /// <summary>SEAL's default chain for 128-bit security.</summary>
    public static Parameters Secure(Scheme scheme) => Create(scheme, 4096, CoeffModulus.Default(4096), SecurityLevel.Classical128);

    private static Parameters Create(Scheme scheme, int degree, ulong[] chain, SecurityLevel security) => Parameters.Create(new ParametersLiteral
    {
        Scheme = scheme,
        PolyModulusDegree = degree,
        CoeffModulus = chain,
        PlainModulus = scheme == Scheme.Bfv ? PlainModulus.Batching(degree, PlainBits) : 0,
        Security = security,
    });
}
