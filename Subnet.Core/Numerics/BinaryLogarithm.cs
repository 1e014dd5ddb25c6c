namespace Subnet.Core.Numerics;

/// <summary>Base-2 logarithm of numbers with 32 fraction bits, bit for bit as the reference's fixed-point library computes it.</summary>
internal static class BinaryLogarithm
{
    private const int FractionBits = 32;
    private const ulong One = 1UL << FractionBits;
    private const ulong Two = 2UL << FractionBits;

    /// <summary>log2(e) at 23 fraction bits, widened to 32.</summary>
    public const long Log2OfE = 12102203L << (FractionBits - 23);

    /// <summary>log2 of a number that is at least 1; both sides are raw bits with 32 fraction bits.</summary>
    public static long OfAtLeastOne(UInt128 bits)
    {
        ulong whole = 0;
        while (bits >= Two)
        {
            whole++;
            bits = (bits >> 1) + (bits & 1);
        }

        ulong x = (ulong)bits;
        if (x == One)
        {
            return (long)(whole << FractionBits);
        }

        ulong result = whole;
        for (int i = 0; i < FractionBits; i++)
        {
            ulong high = Math.BigMul(x, x, out ulong low);
            x = (high << (64 - FractionBits)) | (low >> FractionBits);
            result <<= 1;
            if (x >= Two)
            {
                result |= 1;
                x = (x >> 1) + (x & 1);
            }
        }

        return (long)result;
    }
}
