using System.Buffers;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>
/// Sums of many multiples, sum k_i P_i, for <em>public</em> scalars: buckets (Pippenger) over signed windows. Time and memory trace depend on the scalars;
/// secrets go through <see cref="SecretMultiScalar"/>.
/// </summary>
internal static class MultiScalar
{
    /// <summary>sum k_i P_i, about 256/c (n + 2^c) additions with c near log n - 3.</summary>
    /// <exception cref="ArgumentException">The two lists differ in length.</exception>
    public static ProjectivePoint Multiply(ReadOnlySpan<Scalar> scalars, ReadOnlySpan<AffinePoint> points)
    {
        if (scalars.Length != points.Length)
        {
            throw new ArgumentException($"{scalars.Length} scalars for {points.Length} points", nameof(scalars));
        }

        int window = WindowFor(scalars.Length);
        int windows = (Scalar.BitCount / window) + 1;
        short[] digits = ArrayPool<short>.Shared.Rent(scalars.Length * windows);
        ProjectivePoint[] buckets = new ProjectivePoint[1 << (window - 1)];
        Recode(scalars, window, windows, digits);

        ProjectivePoint sum = ProjectivePoint.Infinity;
        for (int w = windows - 1; w >= 0; w--)
        {
            sum = sum.Double(window);
            Array.Fill(buckets, ProjectivePoint.Infinity);
            ReadOnlySpan<short> row = digits.AsSpan(w * scalars.Length, scalars.Length);
            for (int i = 0; i < row.Length; i++)
            {
                int digit = row[i];
                if (digit > 0)
                {
                    buckets[digit - 1] += points[i];
                }
                else if (digit < 0)
                {
                    buckets[-digit - 1] += -points[i];
                }
            }

            sum += Weigh(buckets);
        }

        ArrayPool<short>.Shared.Return(digits);
        return sum;
    }

    /// <summary>sum (i + 1) bucket_i by running sums from the top.</summary>
    private static ProjectivePoint Weigh(ReadOnlySpan<ProjectivePoint> buckets)
    {
        ProjectivePoint running = ProjectivePoint.Infinity;
        ProjectivePoint total = ProjectivePoint.Infinity;
        for (int i = buckets.Length - 1; i >= 0; i--)
        {
            running += buckets[i];
            total += running;
        }

        return total;
    }

    /// <summary>Digits in -2^(c-1) .. 2^(c-1), window after window: all lowest digits first.</summary>
    private static void Recode(ReadOnlySpan<Scalar> scalars, int window, int windows, Span<short> digits)
    {
        Span<ulong> limbs = stackalloc ulong[5];
        int half = 1 << (window - 1);
        for (int i = 0; i < scalars.Length; i++)
        {
            scalars[i].CopyLimbs(limbs);
            int carry = 0;
            for (int w = 0; w < windows; w++)
            {
                int bit = w * window;
                ulong low = limbs[bit >> 6] >> (bit & 63);
                ulong high = (bit & 63) == 0 ? 0 : limbs[Math.Min((bit >> 6) + 1, 4)] << (64 - (bit & 63));
                int digit = (int)((low | high) & (ulong)((1 << window) - 1)) + carry;
                carry = digit > half ? 1 : 0;
                digits[(w * scalars.Length) + i] = (short)(digit - (carry << window));
            }
        }
    }

    /// <summary>The window width with the fewest additions, 11 products for a bucket's and 12 for a running sum's.</summary>
    private static int WindowFor(int count)
    {
        int best = 2;
        long least = long.MaxValue;
        for (int window = 2; window <= 14; window++)
        {
            long cost = ((Scalar.BitCount / window) + 1L) * ((11L * count) + (24L << (window - 1)));
            if (cost < least)
            {
                least = cost;
                best = window;
            }
        }

        return best;
    }
}
