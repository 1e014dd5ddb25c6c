using System.Numerics;
using System.Runtime.InteropServices;

namespace Subnet.Crypto.Lattice;

/// <summary>Finds the end of a polynomial in a time that does not depend on its coefficients.</summary>
internal static class SignificantLength
{
    /// <summary>One more than the index of the last word that is not zero; 0 if all are. Every word is looked at, without a branch on it.</summary>
    public static int Of(ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(words);
        Vector<ulong> index = Vector<ulong>.Indices + Vector<ulong>.One;
        Vector<ulong> step = new((ulong)Vector<ulong>.Count);
        Vector<ulong> last = Vector<ulong>.Zero;
        foreach (Vector<ulong> vector in vectors)
        {
            // Indices grow, so the last one that counts stays.
            last = Vector.ConditionalSelect(Vector.Equals(vector, Vector<ulong>.Zero), last, index);
            index += step;
        }

        ulong length = 0;
        for (int lane = 0; lane < Vector<ulong>.Count; lane++)
        {
            length = Larger(length, last[lane]);
        }

        for (int i = vectors.Length * Vector<ulong>.Count; i < words.Length; i++)
        {
            length = Larger(length, (ulong)(i + 1) & NonZeroMask(words[i]));
        }

        return (int)length;
    }

    // Both are far below 2^63.
    private static ulong Larger(ulong a, ulong b)
    {
        ulong less = (ulong)((long)(a - b) >> 63);
        return (b & less) | (a & ~less);
    }

    private static ulong NonZeroMask(ulong word) => (ulong)((long)(word | (0UL - word)) >> 63);
}
