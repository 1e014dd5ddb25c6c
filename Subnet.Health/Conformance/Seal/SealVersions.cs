using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>The versions of SEAL 4 write the same layout; only the minor version in the headers, nested ones included, is their own.</summary>
internal static class SealVersions
{
    private const int MinorAt = 4;

    // Magic, size of a header, major and minor version of what is written here.
    private static ReadOnlySpan<byte> WrittenStart => [0x5E, 0xA1, SealHeader.ByteCount, 4, 1];

    /// <summary>An uncompressed object of another minor version as SEAL 4.1 would have written it.</summary>
    /// <param name="plain">The object; changed where it differs.</param>
    /// <param name="minor">The version in its file's header.</param>
    /// <param name="written">The same object written here, which says where headers are.</param>
    public static void ToWritten(Span<byte> plain, byte minor, ReadOnlySpan<byte> written)
    {
        int end = Math.Min(plain.Length, written.Length) - SealHeader.ByteCount;
        for (int at = 0; at <= end; at++)
        {
            if (written[at..].StartsWith(WrittenStart) && plain[at..].StartsWith(WrittenStart[..MinorAt]) && plain[at + MinorAt] == minor)
            {
                plain[at + MinorAt] = WrittenStart[MinorAt];
            }
        }
    }
}
