namespace Subnet.Health.Models;

/// <summary>Bounds on a model file. All are far above any real clinical model and small enough to parse in well under a second.</summary>
/// <param name="MaxFileBytes">Largest file.</param>
/// <param name="MaxEntries">Largest number of archive entries.</param>
/// <param name="MaxDirectoryBytes">Largest archive directory.</param>
/// <param name="InflatedBase">Inflated bytes allowed for any archive.</param>
/// <param name="InflatedPerByte">Inflated bytes allowed beside that for each byte of the archive.</param>
/// <param name="MaxDepth">Deepest nesting of components.</param>
internal sealed record ModelLimits(
    long MaxFileBytes, int MaxEntries, int MaxDirectoryBytes, long InflatedBase, int InflatedPerByte, int MaxDepth)
{
    /// <summary>
    /// 256 MiB, 16,384 entries, 4 MiB of directory, 8 MiB + 24 times the size of the archive, 16 levels. Real models inflate
    /// to 2 to 8 times their archive; a deflate bomb to 1,000 times.
    /// </summary>
    public static ModelLimits Default { get; } = new(256L << 20, 16_384, 4 << 20, 8L << 20, 24, 16);
}
