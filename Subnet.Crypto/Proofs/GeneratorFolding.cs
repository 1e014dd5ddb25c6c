using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>Folds a prover's generators with a public challenge.</summary>
internal static class GeneratorFolding
{
    private const int Width = 5;
    private const int TableSize = 1 << (Width - 2);

    /// <summary>left_i = x left_i + right_i for every i, by the same signed sliding window of x for all. Variable time: everything here is public.</summary>
    public static void Fold(Span<AffinePoint> left, ReadOnlySpan<AffinePoint> right, in Scalar x)
    {
        sbyte[] digits = NonAdjacentForm(x);
        ProjectivePoint[] folded = new ProjectivePoint[left.Length];
        ProjectivePoint[] odd = new ProjectivePoint[TableSize];
        AffinePoint[] table = new AffinePoint[TableSize];
        for (int i = 0; i < left.Length; i++)
        {
            odd[0] = new ProjectivePoint(left[i]);
            ProjectivePoint twice = odd[0].Double();
            for (int k = 1; k < TableSize; k++)
            {
                odd[k] = odd[k - 1] + twice;
            }

            ProjectivePoint.ToAffine(odd, table);
            ProjectivePoint sum = ProjectivePoint.Infinity;
            for (int bit = digits.Length - 1; bit >= 0; bit--)
            {
                sum = sum.Double();
                int digit = digits[bit];
                if (digit > 0)
                {
                    sum += table[digit >> 1];
                }
                else if (digit < 0)
                {
                    sum += -table[-digit >> 1];
                }
            }

            folded[i] = sum + right[i];
        }

        ProjectivePoint.ToAffine(folded, left);
    }

    /// <summary>Digits in {0, ±1, ±3, ..., ±15}, at least four zeros after each other one, least significant first, without leading zeros.</summary>
    private static sbyte[] NonAdjacentForm(in Scalar x)
    {
        Span<ulong> limbs = stackalloc ulong[5];
        x.CopyLimbs(limbs);
        sbyte[] digits = new sbyte[Scalar.BitCount + 1];
        int top = 0;
        int carry = 0;
        for (int bit = 0; bit <= Scalar.BitCount;)
        {
            int low = Bits(limbs, bit) + carry;
            if ((low & 1) == 0)
            {
                bit++;
                continue;
            }

            // The carry left behind makes the bits up to the next digit even.
            carry = low > 1 << (Width - 1) ? 1 : 0;
            digits[bit] = (sbyte)(low - (carry << Width));
            top = bit;
            bit += Width;
        }

        return digits[..(top + 1)];
    }

    private static int Bits(ReadOnlySpan<ulong> limbs, int bit)
    {
        ulong low = limbs[bit >> 6] >> (bit & 63);
        ulong high = (bit & 63) == 0 ? 0 : limbs[Math.Min((bit >> 6) + 1, 4)] << (64 - (bit & 63));
        return (int)((low | high) & ((1 << Width) - 1));
    }
}
