using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Comparison;

/// <summary>Packed residues of one polynomial (parameters 4): limb after limb, each residue in the bits of its prime.</summary>
internal static class LimbPacking
{
    /// <summary>Bytes of a polynomial at a level.</summary>
    public static int ByteCount(Level level)
    {
        int total = 0;
        foreach (Modulus q in level.Moduli)
        {
            total += LimbByteCount(level, q);
        }

        return total;
    }

    /// <summary>Packs reduced residues.</summary>
    public static void Pack(Level level, ReadOnlySpan<ulong> polynomial, Span<byte> destination)
    {
        int n = level.Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            int bytes = LimbByteCount(level, level.Moduli[i]);
            ResiduePacking.Pack(polynomial.Slice(i * n, n), Bits(level.Moduli[i]), destination[..bytes]);
            destination = destination[bytes..];
        }
    }

    /// <summary>Unpacks residues; false for one that is not below its prime or a padding bit that is not zero.</summary>
    public static bool TryUnpack(Level level, ReadOnlySpan<byte> source, Span<ulong> polynomial)
    {
        int n = level.Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            int bytes = LimbByteCount(level, level.Moduli[i]);
            Span<ulong> limb = polynomial.Slice(i * n, n);
            if (!ResiduePacking.TryUnpack(source[..bytes], Bits(level.Moduli[i]), limb) || !ModularVector.AllBelow(limb, level.Moduli[i].Value))
            {
                return false;
            }

            source = source[bytes..];
        }

        return true;
    }

    private static int Bits(Modulus q) => 64 - System.Numerics.BitOperations.LeadingZeroCount(q.Value);

    private static int LimbByteCount(Level level, Modulus q) => ResiduePacking.ByteCount(level.Parameters.PolyModulusDegree, Bits(q));
}
