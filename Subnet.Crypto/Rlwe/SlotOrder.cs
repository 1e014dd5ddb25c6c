using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>Which transform position holds which slot (seal-format 9.1).</summary>
internal static class SlotOrder
{
    /// <summary>
    /// With e_i = 3^i mod 2N, slot i of row 0 is at position rev((e_i - 1)/2), slot i of row 1 at rev((2N - e_i - 1)/2), rev the
    /// reversal of log2 N bits.
    /// </summary>
    public static int[] Positions(int logDegree)
    {
        int degree = 1 << logDegree;
        int half = degree / 2;
        int mask = (2 * degree) - 1;
        int[] positions = new int[degree];
        int exponent = 1;
        for (int i = 0; i < half; i++)
        {
            positions[i] = NttTables.ReverseBits((exponent - 1) / 2, logDegree);
            positions[half + i] = NttTables.ReverseBits((mask - exponent) / 2, logDegree);
            exponent = exponent * GaloisElement.Generator & mask;
        }

        return positions;
    }
}
