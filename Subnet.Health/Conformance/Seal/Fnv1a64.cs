using System.Globalization;

namespace Subnet.Health.Conformance.Seal;

/// <summary>FNV-1a of 64 bits over words of eight little-endian bytes: how the manifests sum up long lists of slots.</summary>
internal static class Fnv1a64
{
    private const ulong OffsetBasis = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>The hash in 16 hex digits.</summary>
    public static string Hash(ReadOnlySpan<ulong> words)
    {
        ulong hash = OffsetBasis;
        foreach (ulong word in words)
        {
            for (int shift = 0; shift < 64; shift += 8)
            {
                hash = (hash ^ (byte)(word >> shift)) * Prime;
            }
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
