using System.Runtime.Intrinsics;

namespace Subnet.Crypto.Seal;

/// <summary>The check that keeps words from outside out of lazy arithmetic: all below their prime.</summary>
internal static class WordRange
{
    /// <summary>Whether every word is below <paramref name="bound"/>. Looks at all words whatever it finds.</summary>
    public static bool AllBelow(ReadOnlySpan<ulong> words, ulong bound)
    {
        int i = 0;
        bool above = false;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ulong> bounds = Vector512.Create(bound);
            Vector512<ulong> found = Vector512<ulong>.Zero;
            for (; i <= words.Length - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                found |= Vector512.GreaterThanOrEqual(Vector512.Create(words.Slice(i, Vector512<ulong>.Count)), bounds);
            }

            above = found != Vector512<ulong>.Zero;
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> bounds = Vector256.Create(bound);
            Vector256<ulong> found = Vector256<ulong>.Zero;
            for (; i <= words.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
            {
                found |= Vector256.GreaterThanOrEqual(Vector256.Create(words.Slice(i, Vector256<ulong>.Count)), bounds);
            }

            above = found != Vector256<ulong>.Zero;
        }

        return !above & AllBelowScalar(words[i..], bound);
    }

    /// <summary>The scalar twin.</summary>
    internal static bool AllBelowScalar(ReadOnlySpan<ulong> words, ulong bound)
    {
        bool below = true;
        foreach (ulong word in words)
        {
            below &= word < bound;
        }

        return below;
    }
}
