using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Entries;

/// <summary>Finds where an actor's counter stands, from the newest entry back: a log that its actor wrote last is read no further than one bundle.</summary>
internal static class EntryCounter
{
    /// <summary>The number that follows the actor's last entry among the first <paramref name="size"/>; 0 if it has none.</summary>
    /// <exception cref="TransparencyException">A bundle is missing or malformed.</exception>
    public static long Next(ITileSource source, long size, string kind, string id) => Last(source, size, kind, id) is { } last ? last.Seq + 1 : 0;

    /// <summary>Number and time of the actor's last entry among the first <paramref name="size"/>; null if it has none.</summary>
    /// <exception cref="TransparencyException">A bundle is missing or malformed.</exception>
    public static (long Seq, DateTimeOffset Time)? Last(ITileSource source, long size, string kind, string id)
    {
        ArgumentNullException.ThrowIfNull(source);
        for (long n = (size - 1) / TileId.FullWidth; n >= 0 && size > 0; n--)
        {
            TileId tile = TileLayout.At(TileId.EntriesLevel, n, size);
            byte[] bytes = source.Read(tile) ?? throw new TransparencyException($"{tile.Path} is missing");
            ReadOnlyMemory<byte>[] entries = EntryBundle.ParsePrefix(bytes, tile.Width);
            for (int i = entries.Length - 1; i >= 0; i--)
            {
                CanonicalObject entry = CanonicalJsonReader.Read(entries[i].Span);
                CanonicalObject? actor = entry.ObjectOrNull("actor");
                if (actor?.TextOrNull("kind") == kind && actor.TextOrNull("id") == id && entry.IntegerOrNull("seq") is { } last)
                {
                    return (last, EntryTime.TryParse(entry.TextOrNull("time") ?? "", out DateTimeOffset time) ? time : DateTimeOffset.MinValue);
                }
            }
        }

        return null;
    }
}
