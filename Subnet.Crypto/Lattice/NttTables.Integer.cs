using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// The transform in integers: Cooley-Tukey forward and Gentleman-Sande backward with Harvey's lazy butterflies (values below
/// 4q and 2q). It serves primes above 50 bits and machines without fused multiply-add, and is the oracle of the other kernels.
/// </summary>
public sealed partial class NttTables
{
    internal void ForwardInteger(Span<ulong> values)
    {
        CheckLength(values.Length);
        ulong q = Modulus.Value;
        ulong twice = 2 * q;
        int gap = Degree;
        for (int groups = 1; groups < Degree; groups <<= 1)
        {
            gap >>= 1;
            for (int group = 0; group < groups; group++)
            {
                ulong w = _forward[groups + group];
                ulong quotient = _forwardQuotients[groups + group];
                Span<ulong> upper = values.Slice(2 * group * gap, gap);
                Span<ulong> lower = values.Slice((2 * group * gap) + gap, gap);
                for (int j = 0; j < upper.Length && j < lower.Length; j++)
                {
                    ulong u = SubtractIfNotLess(upper[j], twice);
                    ulong x = lower[j];
                    ulong v = (x * w) - (Math.BigMul(x, quotient, out _) * q);
                    upper[j] = u + v;
                    lower[j] = u + twice - v;
                }
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = SubtractIfNotLess(SubtractIfNotLess(values[i], twice), q);
        }
    }

    internal void InverseInteger(Span<ulong> values)
    {
        CheckLength(values.Length);
        ulong q = Modulus.Value;
        ulong twice = 2 * q;
        int gap = 1;
        for (int groups = Degree >> 1; groups >= 1; groups >>= 1)
        {
            for (int group = 0; group < groups; group++)
            {
                ulong w = _inverse[groups + group];
                ulong quotient = _inverseQuotients[groups + group];
                Span<ulong> upper = values.Slice(2 * group * gap, gap);
                Span<ulong> lower = values.Slice((2 * group * gap) + gap, gap);
                for (int j = 0; j < upper.Length && j < lower.Length; j++)
                {
                    ulong u = upper[j];
                    ulong v = lower[j];
                    upper[j] = SubtractIfNotLess(u + v, twice);
                    ulong difference = u + twice - v;
                    lower[j] = (difference * w) - (Math.BigMul(difference, quotient, out _) * q);
                }
            }

            gap <<= 1;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _inverseDegree.Multiply(values[i], Modulus);
        }
    }

    /// <summary>x - bound where x is not below bound, else x, without a branch; both below 2^63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SubtractIfNotLess(ulong x, ulong bound)
    {
        ulong difference = x - bound;
        return difference + (bound & (ulong)((long)difference >> 63));
    }
}
