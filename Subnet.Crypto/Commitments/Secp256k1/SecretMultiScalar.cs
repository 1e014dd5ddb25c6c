using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>
/// Sums of many multiples, sum k_i P_i, for <em>secret</em> scalars and fixed points: signed windows of four bits over tables of the points' first eight multiples
/// (Straus). Every digit costs one lookup that reads its whole table and one complete addition, also where it is 0, so time and memory trace depend on the number of
/// points and on the declared bit length alone.
/// </summary>
internal static class SecretMultiScalar
{
    private const int Window = 4;

    /// <summary>Digits of a scalar: 64 and the carry.</summary>
    private const int ScalarDigits = (Scalar.BitCount / Window) + 1;

    /// <summary>sum k_i P_i.</summary>
    /// <exception cref="ArgumentException">More scalars than points.</exception>
    public static ProjectivePoint Multiply(ReadOnlySpan<Scalar> scalars, MultiplesTable points)
    {
        sbyte[] digits = new sbyte[scalars.Length * ScalarDigits];
        Span<ulong> limbs = stackalloc ulong[4];
        for (int i = 0; i < scalars.Length; i++)
        {
            // Adding 8 to every digit makes it unsigned: the digits of k + 888...8 are those of k in -8..7, plus 8.
            scalars[i].CopyLimbs(limbs);
            ulong carry = 0;
            for (int limb = 0; limb < 4; limb++)
            {
                ulong shifted = Limbs.AddCarry(limbs[limb], 0x8888888888888888, ref carry);
                for (int digit = 0; digit < 16; digit++)
                {
                    digits[(((16 * limb) + digit) * scalars.Length) + i] = (sbyte)((int)((shifted >> (4 * digit)) & 15) - 8);
                }
            }

            digits[(64 * scalars.Length) + i] = (sbyte)carry;
        }

        limbs.Clear();
        ProjectivePoint sum = Sum(digits, scalars.Length, ScalarDigits, points);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(digits.AsSpan()));
        return sum;
    }

    /// <summary>sum w_i P_i for small signed numbers; the time grows with <paramref name="bitCount"/>, which is therefore public.</summary>
    /// <param name="weights">The numbers.</param>
    /// <param name="bitCount">No |w_i| may exceed 2^bitCount; 1 to 63.</param>
    /// <param name="points">The points.</param>
    public static ProjectivePoint Multiply(ReadOnlySpan<long> weights, int bitCount, MultiplesTable points)
    {
        int count = (bitCount / Window) + 1;
        sbyte[] digits = new sbyte[weights.Length * count];
        for (int i = 0; i < weights.Length; i++)
        {
            // A nibble of 8 or more becomes itself - 16 and carries one up. The top digit takes what is left, within -8..8.
            long rest = weights[i];
            for (int digit = 0; digit < count - 1; digit++)
            {
                long carry = (rest >> 3) & 1;
                digits[(digit * weights.Length) + i] = (sbyte)((rest & 15) - (carry << Window));
                rest = (rest >> Window) + carry;
            }

            digits[((count - 1) * weights.Length) + i] = (sbyte)rest;
        }

        ProjectivePoint sum = Sum(digits, weights.Length, count, points);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(digits.AsSpan()));
        return sum;
    }

    private static ProjectivePoint Sum(ReadOnlySpan<sbyte> digits, int count, int digitCount, MultiplesTable points)
    {
        if (count > points.Count)
        {
            throw new ArgumentException($"{count} scalars for {points.Count} points", nameof(points));
        }

        ProjectivePoint sum = ProjectivePoint.Infinity;
        for (int digit = digitCount - 1; digit >= 0; digit--)
        {
            sum = sum.Double(Window);
            ReadOnlySpan<sbyte> row = digits.Slice(digit * count, count);
            for (int i = 0; i < row.Length; i++)
            {
                sum = AddMultiple(sum, points.MultiplesOf(i), row[i]);
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ProjectivePoint AddMultiple(in ProjectivePoint sum, ReadOnlySpan<AffinePoint> multiples, long digit)
    {
        ulong sign = (ulong)(digit >> 63);
        ulong magnitude = ((ulong)digit ^ sign) - sign;
        AffinePoint entry = AffinePoint.SelectFrom(multiples, magnitude - 1);
        AffinePoint signed = new(entry.X, FieldElement.Select(sign, entry.Y, -entry.Y));
        ulong some = 0 - ((magnitude | (0 - magnitude)) >> 63);
        return ProjectivePoint.Select(some, sum, sum + signed);
    }
}
