using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Forests;

/// <summary>Polynomials at a level as bytes: limb after limb, each residue with the bit length of its prime (parameters 4).</summary>
internal static class LevelPacking
{
    /// <summary>Bytes of one polynomial.</summary>
    public static int ByteCount(Level level)
    {
        int bytes = 0;
        foreach (Modulus modulus in level.Moduli)
        {
            bytes += ResiduePacking.ByteCount(level.Parameters.PolyModulusDegree, modulus.BitLength);
        }

        return bytes;
    }

    /// <summary>Writes a polynomial.</summary>
    public static void Pack(Level level, ReadOnlySpan<ulong> residues, Span<byte> destination)
    {
        int n = level.Parameters.PolyModulusDegree;
        for (int limb = 0; limb < level.PrimeCount; limb++)
        {
            int bits = level.Moduli[limb].BitLength;
            int length = ResiduePacking.ByteCount(n, bits);
            ResiduePacking.Pack(residues.Slice(limb * n, n), bits, destination[..length]);
            destination = destination[length..];
        }
    }

    /// <summary>Reads a polynomial; false for a padding bit that is not zero or a residue that is not below its prime.</summary>
    public static bool TryUnpack(Level level, ReadOnlySpan<byte> source, Span<ulong> residues)
    {
        int n = level.Parameters.PolyModulusDegree;
        for (int limb = 0; limb < level.PrimeCount; limb++)
        {
            Modulus modulus = level.Moduli[limb];
            int length = ResiduePacking.ByteCount(n, modulus.BitLength);
            Span<ulong> part = residues.Slice(limb * n, n);
            if (!ResiduePacking.TryUnpack(source[..length], modulus.BitLength, part) || !ModularVector.AllBelow(part, modulus.Value))
            {
                return false;
            }

            source = source[length..];
        }

        return true;
    }
}
