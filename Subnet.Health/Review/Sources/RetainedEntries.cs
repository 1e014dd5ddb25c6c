using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>
/// Where the entries of a pruned log begin. Whether that much was to be removed is for the log itself to say: its own <c>policy.changed</c>
/// entry states the minimum index, and a verification holds the one against the other.
/// </summary>
internal static class RetainedEntries
{
    /// <summary>The first entry that the source still has, found by halves: bundles are removed from the beginning on only.</summary>
    public static long First(ITileSource source, long size)
    {
        ArgumentNullException.ThrowIfNull(source);
        long bundles = (size + TileId.FullWidth - 1) / TileId.FullWidth;
        if (bundles == 0 || Has(0))
        {
            return 0;
        }

        (long absent, long present) = (0, bundles - 1);
        while (absent + 1 < present)
        {
            long middle = absent + ((present - absent) / 2);
            (absent, present) = Has(middle) ? (absent, middle) : (middle, present);
        }

        return present * TileId.FullWidth;

        bool Has(long n) => source.Read(TileLayout.At(TileId.EntriesLevel, n, size)) is not null;
    }
}
