using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Subnet.Crypto.Transparency.Tiles;

/// <summary>
/// One tile of a log (C2SP tlog-tiles): hashes of a level, or a bundle of entries. The path is its only name and has one spelling.
/// </summary>
/// <param name="Level">0 to 63, or <see cref="EntriesLevel"/> for a bundle of entries.</param>
/// <param name="Index">Place among the tiles of the level.</param>
/// <param name="Width">Hashes or entries in it: 256 if full, else 1 to 255.</param>
public readonly record struct TileId(int Level, long Index, int Width)
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>The level that stands for bundles of entries.</summary>
    public const int EntriesLevel = -1;

    /// <summary>The highest level of hashes.</summary>
    public const int MaximumLevel = 63;

    /// <summary>Whether all 256 places are taken; such a tile never changes.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>The same tile with all places taken.</summary>
    public TileId Full => this with { Width = FullWidth };

    /// <summary>The path below the log's root, such as <c>tile/0/x001/234.p/7</c>.</summary>
    public string Path
    {
        get
        {
            string level = Level == EntriesLevel ? "entries" : Level.ToString(CultureInfo.InvariantCulture);
            string partial = IsFull ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{Width}");
            return $"tile/{level}/{FormatIndex(Index)}{partial}";
        }
    }

    /// <summary>An index in groups of three digits, all but the last with an x in front: 1234067 is <c>x001/x234/067</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static string FormatIndex(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        string text = (index % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (index /= 1000; index > 0; index /= 1000)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"x{index % 1000:D3}/{text}");
        }

        return text;
    }

    /// <summary>Reads a path; every other spelling of the same tile is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? path, out TileId tile)
    {
        tile = default;
        if (path is null || path.Length > 100)
        {
            return false;
        }

        string[] parts = path.Split('/');
        if (parts.Length < 3 || parts[0] != "tile" || !TryParseLevel(parts[1], out int level))
        {
            return false;
        }

        Span<string> index = parts.AsSpan(2);
        int width = FullWidth;
        if (index.Length >= 2 && index[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!StrictDecimal.TryParse(index[^1], out long partial) || partial is < 1 or >= FullWidth)
            {
                return false;
            }

            width = (int)partial;
            index[^2] = index[^2][..^2];
            index = index[..^1];
        }

        if (!TryParseIndex(index, out long n))
        {
            return false;
        }

        tile = new TileId(level, n, width);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static bool TryParseLevel(string text, out int level)
    {
        level = EntriesLevel;
        if (text == "entries")
        {
            return true;
        }

        if (!StrictDecimal.TryParse(text, out long value) || value > MaximumLevel)
        {
            return false;
        }

        level = (int)value;
        return true;
    }

    private static bool TryParseIndex(ReadOnlySpan<string> groups, out long index)
    {
        index = 0;
        UInt128 sum = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            ReadOnlySpan<char> group = groups[i];
            if (i < groups.Length - 1)
            {
                if (!group.StartsWith('x'))
                {
                    return false;
                }

                group = group[1..];
            }

            if (group.Length != 3 || !char.IsAsciiDigit(group[0]) || !char.IsAsciiDigit(group[1]) || !char.IsAsciiDigit(group[2]))
            {
                return false;
            }

            uint value = (uint)(((group[0] - '0') * 100) + ((group[1] - '0') * 10) + (group[2] - '0'));
            sum = (sum * 1000) + value;
            if (sum > long.MaxValue || (i == 0 && value == 0 && groups.Length > 1))
            {
                return false;
            }
        }

        index = (long)sum;
        return groups.Length > 0;
    }
}
