namespace Subnet.Crypto.Rlwe;

/// <summary>Finds plain moduli that allow batching.</summary>
public static class PlainModulus
{
    /// <summary>The largest prime of this many bits that is 1 modulo 2N, as SEAL returns it.</summary>
    /// <param name="polyModulusDegree">N, a power of two.</param>
    /// <param name="bitLength">2 to 60.</param>
    /// <exception cref="ArgumentException">There is none, or an argument is out of range.</exception>
    public static ulong Batching(int polyModulusDegree, int bitLength) => CoeffModulus.Create(polyModulusDegree, bitLength)[0];
}
